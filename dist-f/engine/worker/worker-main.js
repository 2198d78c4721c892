/** The second lane: takes directories and shares of big files until it is told to finish; or verifies packs, copies blobs or writes restored contents, when it is started for that. */
import { parentPort, workerData } from 'node:worker_threads';
import { sendableError } from "../../kernel/crossing-error.js";
import { invariant } from "../../kernel/invariant.js";
import { createDirectoryWork, IndexNeeded, Lane, takeTurn, WorkerQueue } from "../backup/lane-parts.js";
import { PackCopier } from "../maintenance/pack-copier.js";
import { PackVerifier } from "../maintenance/pack-verifier.js";
import { ContentWriter } from "../restore/content-writer.js";
import { openSharedReader } from "../snapshot/index.js";
invariant(parentPort, 'This file runs as a worker thread.');
const parent = parentPort;
function runBackupLane(setup) {
    const { port } = setup;
    const queue = new WorkerQueue(setup.queue);
    const send = (message) => port.postMessage(message);
    const lane = new Lane(setup.lane, (pack) => send({ type: 'pack', pack }));
    const work = createDirectoryWork(lane, setup.work);
    port.on('message', (message) => {
        try {
            handle(message, { lane, work, port, queue, send });
        }
        catch (error) {
            lane.discard();
            send({ type: 'failed', error: sendableError(error) });
            port.close();
        }
    });
}
function handle(message, worker) {
    const { lane, port, queue, send } = worker;
    switch (message.type) {
        case 'directory':
            if (queue.begin(message.place))
                tryDirectory(message, worker);
            else
                send({ type: 'passed', place: message.place });
            return;
        case 'table':
            lane.useTable(message.dataTable);
            return;
        case 'stretch':
            for (let turn = takeTurn(lane, message.stretch); turn; turn = takeTurn(lane, message.stretch))
                send({ type: 'turn', turn, counters: lane.counters });
            send({ type: 'stretch-end' });
            return;
        case 'flush':
            lane.finish();
            send({ type: 'flushed', counters: lane.counters });
            return;
        case 'finish':
            lane.finish();
            send({ type: 'finished', counters: lane.counters });
            port.close();
            return;
        case 'discard':
            lane.discard();
            port.close();
    }
}
function tryDirectory({ task, place }, worker) {
    try {
        processDirectory({ task, place }, worker);
    }
    catch (error) {
        if (!(error instanceof IndexNeeded))
            throw error;
        worker.send({ type: 'index-needed', task, place });
    }
}
function processDirectory({ task, place }, { lane, work, send }) {
    const slices = work.slices(task);
    let slice = slices.next();
    for (; !slice.done; slice = slices.next())
        send({ type: 'progress', inFlight: slice.value, counters: lane.counters });
    send({ type: 'directory', result: slice.value, place, counters: lane.counters });
}
function runVerifier() {
    let verifier;
    parent.on('message', (message) => {
        if ('setup' in message)
            verifier = new PackVerifier(message.setup);
        else
            void verifier?.verify(message.task).then((verdict) => parent.postMessage(verdict));
    });
}
function runCopier(setup) {
    const send = (message) => parent.postMessage(message);
    const copier = new PackCopier(setup, (pack) => send({ pack }));
    parent.on('message', (message) => {
        try {
            if ('task' in message)
                return send({ copied: copier.copy(message.task) });
            if (message.end === 'finish')
                copier.finish();
            else
                copier.discard();
            send({ ended: true });
        }
        catch (error) {
            copier.discard();
            send({ failed: sendableError(error) });
        }
    });
}
function runContentWriter({ reader, port }) {
    const writer = new ContentWriter(openSharedReader(reader));
    let last = Promise.resolve();
    port.on('message', (pieces) => {
        last = last.then(async () => port.postMessage(await writer.write(pieces)));
    });
}
const data = workerData;
if ('verifier' in data)
    runVerifier();
else if ('copier' in data)
    runCopier(data.copier);
else if ('contents' in data)
    runContentWriter(data.contents);
else
    runBackupLane(data);
