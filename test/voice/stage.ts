// The product with people in its local Slack: acts by the names of commands, buttons and fields, never by their words, so
// that a changed text changes the page and not the walk.
import postgres from 'postgres';
import { openDependencies } from '../../src/dependencies.ts';
import type { Context, Grant } from '../../src/operations/frame/context.ts';
import { createToken } from '../../src/operations/tokens/create.ts';
import { recogniseToken } from '../../src/operations/tokens/recognise.ts';
import { type Block, type Dict, type Message, textOf, type View } from '../../src/playground/shapes.ts';
import { elementsOf, objectText, optionsOf } from '../../src/playground/workspace/blocks.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { createForm } from '../support/slack-form.ts';
import type { Target } from '../support/slack-look.ts';
import { createSight } from '../support/slack-sight.ts';
import { NO_PEOPLE, TEST_PASSWORD_COST, TEST_SECRET_KEY } from '../support/test-settings.ts';
import type { Page } from './page.ts';
import { asSlackShows } from './plain.ts';
import { elementName, readBlocks, readView } from './read-blocks.ts';

/** A Monday. In the past of any database, so that every job is due. */
const NOW = Date.parse('2026-03-02T09:00:00Z');

type Role = 'admin' | 'approver' | 'nobody';
type Filling = string | string[] | boolean;
export type Stage = Awaited<ReturnType<typeof setStage>>;

export async function setStage(page: Page, env: Record<string, string> = {}) {
  let readings = 0;
  // A millisecond more at each reading, so that events have an order.
  const clock = () => new Date(NOW + readings++);
  const app = await startTestApp(
    {
      PUBLIC_URL: 'https://apis.example.com',
      TRUSTED_PROXIES: '127.0.0.1',
      SIGN_UP: 'approval',
      SECOND_OPERATOR_FOR: 'accounts/delete',
      ...env,
    },
    { clock },
  );
  app.setMailDelivering(false);
  const sql = postgres(app.databaseUrl, { max: 1, onnotice: () => {} });
  const people = app.workspace.conversations.people;
  const names: Record<Role, string> = { admin: 'Ada', approver: 'Amir', nobody: 'Noor' };
  const ends: (() => Promise<unknown>)[] = [];
  const seen = { views: new Set<string>(), buttons: new Set<string>() };
  const shows = (text: string): string => asSlackShows(text, people);

  /** Nothing is at work any more: no request of Slack's, and no job that is due. */
  const idle = () =>
    eventually('the app to be idle', async () => {
      const [row] = await sql<[{ busy: number }]>`
        select ((select count(*) from slack_receipts where sealed_request is not null)
          + (select count(*) from graphile_worker.jobs
             where attempts < max_attempts and run_at < now() + interval '5 seconds'))::int as busy`;
      return row.busy === 0;
    });

  function note(blocks: readonly Block[]): void {
    for (const element of blocks.flatMap(elementsOf)) {
      seen.buttons.add(String(element.action_id).split(/[:/]/)[0] ?? '');
      for (const option of optionsOf(element)) seen.buttons.add(String(option.value));
    }
  }

  function placeOf({ channel, onlyFor }: Message): string {
    const found = app.workspace.conversations.channels.get(channel);
    const reader = people.get(onlyFor ?? '')?.realName;
    if (found?.kind === 'im') return `Direct message to ${people.get(found.name)?.realName}`;
    return reader ? `Only ${reader} sees` : `In #${found?.name}`;
  }

  /** Everything that anyone reads now and did not before. */
  async function showChanges(since: number): Promise<void> {
    await idle();
    const views: View[] = Object.values(app.ids).flatMap((id) => [
      ...app.workspace.views.stackOf(id),
      ...(app.workspace.views.home(id) ? [app.workspace.views.home(id) as View] : []),
    ]);
    for (const view of views.filter(({ changed }) => changed > since)) {
      seen.views.add(String(view.payload.callback_id ?? view.type));
      note(view.blocks);
      page.says(view.type === 'home' ? 'App Home' : 'A modal', shows(readView(view)));
    }
    const messages = app.workspace.conversations
      .all()
      .filter(({ changed, user }) => changed > since && people.get(user)?.isBot)
      .map((message) => ({ place: placeOf(message), message }))
      .sort((a, b) => a.place.localeCompare(b.place) || a.message.ts.localeCompare(b.message.ts));
    for (const { place, message } of messages) {
      note(message.blocks);
      const files = (message.files ?? []).map((file) => `(file ${file.name})`).join('\n');
      const text = message.blocks.length > 0 ? readBlocks(message.blocks) : message.text;
      page.says(place, shows([text, files].filter(Boolean).join('\n')));
    }
  }

  /** One thing that a person does, and what everyone then reads. */
  async function step(title: string, act: () => Promise<unknown>): Promise<void> {
    page.section(title);
    const since = app.workspace.sequence();
    await act();
    await showChanges(since);
  }

  const acting = createActing(app);
  return {
    app,
    sql,
    seen,
    idle,
    types: (who: Role, text: string) =>
      step(`${names[who]} types \`${text}\``, async () => {
        await acting.closeModals(app.ids[who]);
        app.as(who).goesTo('general');
        await app.as(who).types(text);
      }),
    home: (who: Role) =>
      step(`${names[who]} opens App Home`, () => app.playground.actions.openHome(app.ids[who])),
    /** Presses a button, or chooses an entry of an overflow menu, by its name; `about` is in its accessibility label. */
    async presses(who: Role, name: string, about = ''): Promise<void> {
      const found = await acting.find(app.ids[who], name, about);
      await step(`${names[who]} presses *${found.words}*`, found.press);
    },
    async submits(who: Role, values: Record<string, Filling> = {}): Promise<void> {
      await idle();
      const form = acting.formOf(app.ids[who]);
      const submit = objectText(form.view().payload.submit);
      const filled = Object.entries(values);
      for (const [name, filling] of filled) await acting.fill(form, name, filling);
      await step(`${names[who]} presses *${submit}*`, async () => {
        const view = form.view();
        const { errors } = await app.playground.actions.submitView({
          user: app.ids[who],
          view: view.id,
          values: form.values(),
        });
        for (const [block, words] of Object.entries(errors)) {
          const label = view.blocks.find((one) => one.block_id === block)?.label;
          page.says('', `${objectText(label)}: ${words}`);
        }
      });
    },
    closeModals: (who: Role) => acting.closeModals(app.ids[who]),
    /** What happens elsewhere, and what everyone then reads. */
    happens: step,
    /** A global shortcut, or one on a message with this text. */
    uses: (who: Role, shortcut: string, text = '') =>
      step(`${names[who]} uses the shortcut \`${shortcut}\``, async () => {
        seen.buttons.add(shortcut);
        if (text === '') return app.as(who).shortcut(shortcut);
        await app.as(who).types(text);
        return app.as(who).messageShortcut(shortcut, app.as(who).messages().at(-1)?.message as Message);
      }),
    says: (who: Role, text: string) =>
      step(`${names[who]} writes “${text}” to the app`, () => {
        app.as(who).goesToDm();
        return app.as(who).types(text);
      }),
    shares: (who: Role, name: string, content: string) =>
      step(`${names[who]} sends the app the file \`${name}\``, () => {
        app.as(who).goesToDm();
        return app.as(who).shares(name, content);
      }),
    /** The context of a program whose token Ada owns. */
    program: (grants: Grant[]) => programAt(app, clock, grants, ends),
    system: async () => (await contextsAt(app, clock, ends))({ kind: 'system', name: 'voice' }),
    async close(): Promise<void> {
      await idle();
      for (const end of ends.reverse()) await end();
      await sql.end();
      await app.close();
    },
  };
}

type Ends = (() => Promise<unknown>)[];

async function contextsAt(app: App, clock: () => Date, ends: Ends) {
  const settings = readSettings({
    DATABASE_URL: app.databaseUrl,
    SECRET_KEY: TEST_SECRET_KEY,
    PUBLIC_URL: 'http://localhost:3999',
  });
  const { contextOf } = await openDependencies(settings, {
    clock,
    people: NO_PEOPLE,
    publicUrl: () => 'https://apis.example.com',
    poolSize: 1,
    passwordCost: TEST_PASSWORD_COST,
    isBesideServer: true,
    atStop: (end) => void ends.push(end),
  });
  return contextOf;
}

async function programAt(app: App, clock: () => Date, grants: Grant[], ends: Ends): Promise<Context> {
  const contextOf = await contextsAt(app, clock, ends);
  const [workspace] = await app.sql`select team_id from workspaces limit 1`;
  const owner = { teamId: String(workspace?.team_id), userId: app.ids.admin };
  const made = { name: 'nightly sync', role: 'admin' as const, grants, ...owner };
  const { token } = await createToken(contextOf({ kind: 'console', name: 'Connie' }), made);
  const actor = await recogniseToken(contextOf({ kind: 'system', name: 'voice' }), { token });
  if (!actor) throw new Error('a new token does not work');
  return contextOf(actor);
}

type App = Awaited<ReturnType<typeof startTestApp>>;
type Form = ReturnType<typeof createForm>;

function createActing({ playground, workspace }: App) {
  const { actions } = playground;
  const forms = new Map<string, Form>();
  /** One form a person, so that what was filled in stays after an error. */
  function formOf(user: string): Form {
    const form = forms.get(user) ?? createForm(playground, user);
    forms.set(user, form);
    return form;
  }
  async function closeModals(user: string): Promise<void> {
    const top = workspace.views.top(user);
    if (top) await actions.closeView({ user, view: top.id, isCleared: true });
  }

  async function find(
    user: string,
    name: string,
    about: string,
  ): Promise<{ words: string; press: () => Promise<unknown> }> {
    const sight = createSight(playground, user);
    const top = workspace.views.top(user);
    const home = workspace.views.home(user);
    const places = [
      ...(top ? [{ at: { view: top.id }, blocks: top.blocks }] : []),
      ...sight.visible().map(({ channel, ts, blocks }) => ({ at: { channel, ts }, blocks })),
      ...(home ? [{ at: { view: home.id }, blocks: home.blocks }] : []),
    ];
    const found = places.flatMap(({ at, blocks }) => {
      const one = targetIn(blocks, name, about);
      return one ? [{ ...one, at, blocks }] : [];
    })[0];
    if (!found) throw new Error(`the walk finds no ${name} ${about} on the screen of ${user}`);
    const { at, blocks, target, option } = found;
    const isModal = top !== null && 'view' in at && at.view === top.id;
    const words = option ? objectText(option.text) : elementName(target.element, target.block);
    const chosen: Dict = option ? { selected_option: option } : {};
    const form = isModal ? formOf(user) : null;
    return {
      words,
      press: () => (form ? form.act(target, chosen) : sight.actAt(at, target, chosen, blocks)),
    };
  }

  async function fill(form: Form, name: string, filling: Filling): Promise<void> {
    const target = form
      .view()
      .blocks.flatMap(targetsOf)
      .find((one) => one.actionId === name);
    if (!target) throw new Error(`no field ${name} in ${String(form.view().payload.callback_id)}`);
    form.put(target, await chosenFor(form, target, filling));
  }

  return { closeModals, find, fill, formOf };
}

async function chosenFor(form: Form, target: Target, filling: Filling): Promise<Dict> {
  const { element } = target;
  if (typeof filling === 'boolean') return { selected_options: filling ? optionsOf(element) : [] };
  if (element.type === 'radio_buttons')
    return { selected_option: optionsOf(element).find(({ value }) => value === filling) };
  return form.chosenFor(target, filling);
}

const targetsOf = (block: Block): Target[] =>
  elementsOf(block).map((element) => ({
    blockId: block.block_id,
    actionId: String(element.action_id),
    element,
    block,
  }));

function targetIn(blocks: Block[], name: string, about: string): { target: Target; option?: Dict } | null {
  for (const target of blocks.flatMap(targetsOf)) {
    const { element, block, actionId } = target;
    const words = `${textOf(element.accessibility_label)} ${objectText(block.text)}`;
    if (!words.includes(about)) continue;
    const option = optionsOf(element).find(({ value }) => value === name);
    if (option && element.type === 'overflow') return { target, option };
    if (actionId.split(/[:/]/)[0] === name) return { target };
  }
  return null;
}
