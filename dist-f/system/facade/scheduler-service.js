/** What is due when, and who would start it. */
export class SchedulerService {
    #call;
    constructor(call) {
        this.#call = call;
    }
    /** `alive` is false when no live process starts due runs. */
    getStatus() {
        return this.#call('scheduler.status', {});
    }
}
