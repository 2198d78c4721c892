export class HeldDirectory {
    target;
    #held = 0;
    #end;
    constructor(target) {
        this.target = target;
    }
    /** For a file that is being written. */
    hold() {
        this.#held += 1;
    }
    release() {
        this.#held -= 1;
        this.#endIfFree();
    }
    /** No more files come. `end` runs once, when none is being written any more: perhaps now. */
    close(end) {
        this.#end = end;
        this.#endIfFree();
    }
    #endIfFree() {
        if (this.#held > 0)
            return;
        const end = this.#end;
        this.#end = undefined;
        end?.();
    }
}
