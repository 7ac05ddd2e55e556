// A process of its own that sends commands and takes their answers, so that it is not what is measured. Bench orders, it
// sends and reports.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Order, type Sent, sendCommands } from './commands.ts';
import { startSlackStub } from './slack-stub.ts';

const FILE = fileURLToPath(import.meta.url);

export async function startSender() {
  const child = fork(FILE, ['serve'], { execArgv: ['--import', 'tsx'] });
  await once(child, 'message');
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the sender ended')));
  ended.catch(() => {});
  return {
    async send(order: Order): Promise<Sent> {
      child.send(order);
      const [result] = (await Promise.race([once(child, 'message'), ended])) as [Sent];
      return result;
    },
    stop: () => child.kill(),
  };
}

if (process.argv[1] === FILE && process.argv[2] === 'serve') {
  const stub = await startSlackStub();
  process.on('message', async (order: Order) => process.send?.(await sendCommands(order, stub)));
  process.send?.('ready');
}
