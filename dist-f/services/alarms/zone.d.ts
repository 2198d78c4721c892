/** Zone of a configuration, from the settings of its row. */
export declare function zoneOf(settings: unknown): string;
