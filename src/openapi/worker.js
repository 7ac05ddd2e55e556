// The thread that reads one document, and ends. In JavaScript, because a new thread reads no TypeScript until it has learned to.
import { parentPort, workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { checkDocument } = await import('./check-document.ts');
parentPort?.postMessage(await checkDocument(String(workerData)));
