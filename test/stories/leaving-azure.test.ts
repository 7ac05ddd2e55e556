import { expect, it } from 'vitest';
import { detachInstance } from '../../src/operations/azure/detach.ts';
import { startTestApp } from '../support/app.ts';
import { besideApp } from '../support/beside-app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { azureUser, bindMirror, readInAzure } from '../support/mirror.ts';

const app = forAllTests(startTestApp);
const beside = forAllTests(() => besideApp(app));

it('a difference that waits loses its buttons once the service has left Azure, and the channel reads who did it', async () => {
  const admin = app.as('admin');
  await admin.types('/apim-user add ann@example.com Ann Lee');
  await admin.sees(/Added/);
  const [account] = await app.sql`select id from accounts`;
  await bindMirror(app.sql, 'default');
  const user = azureUser(account?.id, { email: 'ann@example.com', note: 'from Azure' });
  await readInAzure(beside.as({ kind: 'system', name: 'test' }), user, account?.id);
  const card = await eventually('the card of the difference', () => lastCall(/Keep ours/));
  expect(card.method).toBe('chat.postMessage');
  await eventually('the card to be recorded', async () => {
    const cards = await app.sql`select from cards where drift_id is not null and message_ts is not null`;
    return cards.length > 0;
  });

  await detachInstance(beside.console(), { givesUp: true });
  const update = await eventually('the card to be closed', () => lastCall(/needs no decision any more/));
  expect(update.method).toBe('chat.update');
  expect(JSON.stringify(update.sent)).not.toMatch(/button/);
  await eventually('the notice', () => lastCall(/Connie.*left the instance of Azure/));
  await admin.types('/apim-user azure');
  await admin.sees(/isn't connected/);
});

const lastCall = (words: RegExp) =>
  app
    .everythingSent()
    .filter(({ sent }) => words.test(JSON.stringify(sent)))
    .at(-1);
