// Start here: settings → app → wait for a signal → graceful stop.
import { type RunningApp, startApp } from './app.ts';
import { createLog } from './log.ts';
import { readSettings, SettingsError } from './settings/settings.ts';

const EXIT_SETTINGS = 78;

async function main(): Promise<void> {
  const settings = readSettings();
  const log = createLog(settings.logLevel);
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught');
    process.exit(1);
  });
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unhandled rejection');
    process.exit(1);
  });
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {});
  const print = (message: string) => process.stdout.write(`${message}\n`);
  let app: RunningApp | null = null;
  let isStopping = false;
  // Before the start has ended, nothing needs to be finished: a start can wait for a database as long as it likes.
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    void (app?.stop() ?? Promise.resolve()).then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  app = await startApp(settings, log, { print });
  print(
    app.hasPlayground ? `apim-user is ready. Open ${app.url}/playground` : `apim-user is ready at ${app.url}`,
  );
  if (app.internalUrl) print(`Its internal port is at ${app.internalUrl}`);
}

main().catch((error: unknown) => {
  if (error instanceof SettingsError) {
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_SETTINGS);
  }
  createLog('info').fatal({ err: error }, 'start failed');
  process.exit(1);
});
