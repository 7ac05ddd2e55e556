// A process of its own that uses the embedded server; the tests start it, kill it, and tell it to leave.
import { startEmbeddedPostgres } from '../../src/db/embedded/server.ts';

const [, , dataDir, ...settings] = process.argv;
if (!dataDir) throw new Error('usage: embedded-client DATA_DIR [settings]');

const said: string[] = [];
// Ctrl-C reaches every process of a terminal. This one continues, as the product does until its work is done.
process.on('SIGINT', () => {});
try {
  const server = await startEmbeddedPostgres({ dataDir, settings, say: (message) => said.push(message) });
  process.on('message', async (message) => {
    if (message !== 'leave') return;
    await server.release();
    process.disconnect();
  });
  process.send?.({ url: server.url, said });
} catch (error) {
  process.send?.({ failure: (error as Error).message, said });
  process.exitCode = 1;
  process.disconnect();
}
