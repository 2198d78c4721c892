export const RunEvent = { FINISHED: 'finished', CANCEL_REQUESTED: 'cancel-requested', DUE_TIMES_CHANGED: 'due-times-changed' };
const targets = new WeakMap();
function targetOf(catalog) {
    const known = targets.get(catalog);
    if (known)
        return known;
    const made = new EventTarget();
    targets.set(catalog, made);
    return made;
}
/** After the commit. `subject` is a run's or a configuration's id. */
export function announce(catalog, event, subject) {
    targetOf(catalog).dispatchEvent(new CustomEvent(event, { detail: subject }));
}
/** Until `signal` is aborted. */
export function listen(catalog, event, options) {
    targetOf(catalog).addEventListener(event, (told) => options.heard(told.detail), { signal: options.signal });
}
