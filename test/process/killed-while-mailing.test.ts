import { expect, it } from 'vitest';
import { DATABASE, ROLE } from '../../src/db/embedded/cluster.ts';
import { ADMIN, GENERAL } from '../../src/playground/workspace/people.ts';
import { ask, readNote, temporaryDataFolder } from '../support/embedded-clients.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { type AppProcess, createProcesses } from '../support/process.ts';
import { createSlackDriver } from '../support/slack-driver.ts';

const MAILS = 20;
/** The time that one sending takes at first, so that the kill meets mails before, during and after it on any machine. */
const SENDING_MS = 4_000;
const PROMISED_MS = 120_000;

const data = forAllTests(() => temporaryDataFolder('process'), 120_000);
/** Stands for the mail service, and outlives the process that is killed. */
const provider = forAllTests(createSlackDriver);
const processes = forAllTests(createProcesses);

function start(port = '0'): AppProcess {
  return processes.start({
    PORT: port,
    DATA_DIR: data.dataDir,
    RESEND_API_KEY: provider.resend.apiKey,
    RESEND_BASE_URL: provider.resendBaseUrl,
    MAIL_FROM: 'Example APIs <apis@example.com>',
  });
}

it.skipIf(process.platform === 'win32')(
  `T60: each of ${MAILS} mails arrives exactly once, within two minutes after SIGKILL and a new start`,
  async () => {
    const killed = start();
    const address = await killed.address();
    const addresses = Array.from({ length: MAILS }, (_, index) => `dev${index}@example.com`);
    provider.mailFails({ kind: 'slow', ms: SENDING_MS }, MAILS);
    const typed = await fetch(`${address}/playground/api/type`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: address, 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify({ as: ADMIN, channel: GENERAL, text: `/apim-user invite ${addresses.join(' ')}` }),
    });
    expect(typed.status).toBe(200);
    // The invitations are written one after the other, and delivery begins at once: all are there before the kill.
    await eventually(
      'all invitations',
      async () => {
        const state = await fetch(`${address}/playground/api/state?as=${ADMIN}`).then((answer) =>
          answer.text(),
        );
        return state.includes(`${MAILS} invitations are on their way`);
      },
      60_000,
    );
    await eventually('the first mails', () => provider.inbox.mails().length >= 4, 60_000);
    killed.child.kill('SIGKILL');
    const killedAt = Date.now();
    expect(await killed.ended).toBe('SIGKILL');
    expect(provider.inbox.mails().length).toBeLessThan(MAILS);

    provider.nothingFails();
    // At the same address, because no mail leaves whose link leads to another one.
    const app = start(new URL(address).port);
    await app.address();
    const { port, password } = await readNote(data);
    const url = `postgres://${ROLE}:${password}@127.0.0.1:${port}/${DATABASE}`;
    // The killed process never heard that some were accepted: those are sent again, with the same key.
    await eventually(
      () => `all mails; there are ${provider.inbox.mails().length}; it said:\n${app.output()}`,
      async () => {
        const open = await ask({ url }, "select id from mails where state <> 'accepted'");
        return open.length === 0;
      },
      PROMISED_MS - (Date.now() - killedAt),
    );
    app.child.kill('SIGTERM');
    expect(await app.ended).toBe(0);
    const receivers = provider.inbox.mails().flatMap((mail) => mail.to);
    expect([...receivers].sort()).toEqual([...addresses].sort());
    expect(provider.refusals()).toEqual([]);
  },
  300_000,
);
