/** Zone of a configuration, from the settings of its row. */
export function zoneOf(settings) {
    return settings?.timezone ?? 'UTC';
}
