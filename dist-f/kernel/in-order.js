/**
 * Works on several items at once, and yields what comes of them in their order. An error is thrown when its item's turn has come. Nothing is left running
 * behind the last yield: what has begun is waited for, also where the reader stops early or an item failed.
 */
export async function* inOrder(items, { widthMax }, work) {
    const begun = [];
    try {
        for await (const item of items) {
            const result = work(item);
            // Its turn may come after another one's error has ended the reading.
            result.catch(() => { });
            begun.push(result);
            if (begun.length >= widthMax)
                yield await begun.shift();
        }
        while (begun.length > 0)
            yield await begun.shift();
    }
    finally {
        await Promise.allSettled(begun);
    }
}
