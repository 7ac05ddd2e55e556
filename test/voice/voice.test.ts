import { beforeAll, expect, test } from 'vitest';
import { LANGUAGES } from '../../src/languages/languages.ts';
import { createPortal } from '../../src/portal/app.tsx';
import { BUTTONS, COMMANDS, SHORTCUTS, SUBMISSIONS } from '../../src/slack/handlers.ts';
import { ACME } from '../support/memory-provider.ts';
import { type Met, makeVoice, PAGES } from './voice.ts';

let text: string;
let met: Met;
beforeAll(async () => {
  ({ text, met } = await makeVoice());
}, 360_000);

test('docs/voice.md shows the texts as they are; if not, `npm run voice` writes it', async () => {
  await expect(text, 'run `npm run voice`, read the difference, and commit it').toMatchFileSnapshot(
    '../../docs/voice.md',
  );
});

test('the walk types every subcommand, uses every shortcut, and opens every modal', () => {
  const untyped = COMMANDS.map(({ name }) => name).filter(
    (name) => !text.match(new RegExp(`types \`/apim-user ${name}[ \`]`)),
  );
  expect(untyped, 'subcommands to type in test/voice/walk-slack.ts').toEqual([]);
  const unused = SHORTCUTS.map((one) => one.callback_id).filter((id) => !met.buttons.has(id));
  expect(unused, 'shortcuts to use there').toEqual([]);
  const unopened = [...SUBMISSIONS.keys()].filter((name) => !met.views.has(name));
  expect(unopened, 'modals to open there').toEqual([]);
});

test('the walk sees every button', () => {
  const unseen = [...BUTTONS.keys()].filter((name) => !met.buttons.has(name) && !PAGING.test(name));
  expect(unseen, 'buttons to come to in test/voice/walk-slack.ts').toEqual([]);
});

/**
 * Paging is the same everywhere, and needs many rows. The walk is in one service, has no receiver of events, and a batch has
 * ended before it looks. Messages of former versions have the others.
 */
const PAGING =
  /-turn$|^(batch-stop|webhook-redeliver|history-of|account-details|invitation-revoke|home-service)$/;

/** A file for programs has no texts of ours. */
const DOWNLOAD = /\.json$/;

test('the walk asks for every page of the portal, and sends every form', () => {
  const never = () => {
    throw new Error('not called');
  };
  const { app } = createPortal({
    policy: { ...PAGES, signIn: { hasPasswords: true, providers: [ACME] } },
    limits: {} as never,
    languages: LANGUAGES,
    contextOf: never,
    delegation: null,
  });
  const routes = app.routes
    .filter(({ method }) => method === 'GET' || method === 'POST')
    .map(({ method, path }) => `${method} ${path}`);
  const visited = [...met.visited];
  const unvisited = routes.filter((route) => {
    const pattern = new RegExp(`^${route.replace(/:\w+/g, '[^/]+')}$`);
    return !visited.some((one) => pattern.test(one)) && !DOWNLOAD.test(route);
  });
  expect(unvisited, 'pages to open in test/voice/walk-portal.ts').toEqual([]);
});
