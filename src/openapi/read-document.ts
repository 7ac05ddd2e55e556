// Reads an OpenAPI document in a thread with limits of time and memory, one at a time.
import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import type { DocumentCheck } from './check-document.ts';

/** Of the text in UTF-8. Azure: 4 MB. */
export const MAX_DOCUMENT_BYTES = 4 * 1_024 * 1_024;
const MAX_SECONDS = 60;
const MAX_MEMORY_MB = 512;

const oneAtATime = pLimit(1);

/** The document and its endpoints, or what is wrong with it. It reads no other file, and asks no one. */
export async function readDocument(text: string): Promise<DocumentCheck> {
  if (Buffer.byteLength(text) > MAX_DOCUMENT_BYTES)
    return { faults: { document: `is larger than ${MAX_DOCUMENT_BYTES / 1_024 / 1_024} MB` } };
  return oneAtATime(() => readInThread(text));
}

function readInThread(text: string): Promise<DocumentCheck> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: text,
    execArgv: [],
    // It needs none, and gets none of the secrets.
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: MAX_MEMORY_MB },
  });
  return new Promise<DocumentCheck>((resolve, reject) => {
    const tooMuch = () =>
      resolve({ faults: { document: 'takes too long to read. Split it into several APIs' } });
    const end = setTimeout(tooMuch, MAX_SECONDS * 1_000);
    worker.once('message', resolve);
    worker.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ERR_WORKER_OUT_OF_MEMORY' || error instanceof RangeError ? tooMuch() : reject(error),
    );
    worker.once('exit', () => {
      clearTimeout(end);
      reject(new Error('the thread that reads documents ended without an answer'));
    });
  }).finally(() => worker.terminate());
}
