// What the tests’ driver can do that Slack can't, and what Slack does that apps forget.
import type { App } from '@slack/bolt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { createSlackDriver, type SlackDriver } from '../support/slack-driver.ts';
import { startBoltApp } from './bolt-app.ts';

let driver: SlackDriver;
let app: App;
let now: () => Date;
const pt = (text: string) => ({ type: 'plain_text' as const, text });
const view = (title: string, callback_id: string) => ({
  type: 'modal' as const,
  callback_id,
  title: pt(title),
  submit: pt('Next'),
  blocks: [{ type: 'section' as const, text: pt(title) }],
});

beforeEach(async () => {
  now = () => new Date();
  driver = await createSlackDriver({ clock: () => now() });
});
afterEach(async () => {
  await app?.stop();
  await driver.close();
});

test('The driver replays the last request byte for byte, and Bolt refuses a stale or forged one', async () => {
  let count = 0;
  app = await startBoltApp(driver, (it) =>
    it.command('/apim-user', async ({ ack }) => {
      count += 1;
      await ack();
    }),
  );
  await driver.as('admin').types('/apim-user list');
  expect((await driver.replay(5)).map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
  expect(count).toBe(6);
  const body = driver.lastRequest('command').body;
  expect((await driver.send(driver.signed(body, { offsetSeconds: -600 }))).status).toBe(401);
  expect((await driver.send(driver.signed(body, { secret: 'wrong' }))).status).toBe(401);
  expect((await driver.send(driver.forged((text) => text.replace('list', 'delete'), 'command'))).status).toBe(
    401,
  );
  expect(
    (await driver.send(driver.altered((fields) => ({ ...fields, team_id: 'T0OTHER' }), 'command'))).status,
  ).toBe(200);
  expect(count).toBe(7);
});

test('A response_url takes five posts within half an hour and then no more', async () => {
  const urls: string[] = [];
  app = await startBoltApp(driver, (it) =>
    it.command('/apim-user', async ({ ack, command }) => {
      urls.push(command.response_url);
      await ack();
    }),
  );
  await driver.as('admin').types('/apim-user one');
  await driver.as('admin').types('/apim-user two');
  const post = async (url = ''): Promise<number> =>
    (await fetch(url, { method: 'POST', body: JSON.stringify({ text: 'later' }) })).status;
  const statuses = [];
  for (let i = 0; i < 6; i++) statuses.push(await post(urls[0]));
  expect(statuses).toEqual([200, 200, 200, 200, 200, 404]);
  now = () => new Date(Date.now() + 31 * 60_000);
  expect(await post(urls[1])).toBe(404);
  expect(driver.as('nobody').canRead('later')).toBe(false);
});

test('The answer to a submission may push, update or clear; errors for an unknown field are trouble', async () => {
  let answer: object = {};
  app = await startBoltApp(driver, (it) => {
    it.shortcut('manage', async ({ ack, shortcut, client }) => {
      await ack();
      await client.views.open({
        trigger_id: shortcut.trigger_id,
        view: view('First', 'step'),
      });
    });
    it.view('step', async ({ ack }) => ack(answer as never));
  });
  const ada = driver.as('admin');
  await ada.shortcut('manage');
  const modal = await ada.modal('First');
  answer = { response_action: 'push', view: view('Second', 'step') };
  await modal.submit();
  expect(modal.title()).toBe('Second');
  answer = { response_action: 'update', view: view('Third', 'step') };
  await modal.submit();
  expect(modal.title()).toBe('Third');
  answer = { response_action: 'errors', errors: { nowhere: 'wrong' } };
  await modal.submit();
  expect(modal.trouble()).not.toBe('');
  await modal.cancel();
  expect(modal.title()).toBe('First');
  await modal.cancel();
  expect(ada.hasModal()).toBe(false);
  await ada.shortcut('manage');
  await ada.modal('First');
  answer = { response_action: 'clear' };
  await modal.submit();
  expect(ada.hasModal()).toBe(false);
});

test('The app paints Home on a visit, and a button there opens a modal for that person only', async () => {
  app = await startBoltApp(driver, (it) => {
    it.event('app_home_opened', async ({ event, client }) => {
      await client.views.publish({
        user_id: event.user,
        view: {
          type: 'home',
          blocks: [{ type: 'actions', elements: [{ type: 'button', action_id: 'go', text: pt('Go') }] }],
        },
      });
    });
    it.action('go', async ({ ack, body, client }) => {
      await ack();
      await client.views.open({
        trigger_id: 'trigger_id' in body ? String(body.trigger_id) : '',
        view: view('Gone', 'x'),
      });
    });
  });
  const ada = driver.as('admin');
  const home = await ada.home();
  expect(home.buttons()).toEqual(['Go']);
  await home.clicks('Go');
  await ada.modal('Gone');
  expect(driver.as('approver').hasModal()).toBe(false);
});

test('The playground sends an event again, with its number, when the app did not take it', async () => {
  const retries: (number | undefined)[] = [];
  app = await startBoltApp(driver, (it) => {
    it.event('user_change', async ({ context }) => {
      retries.push(context.retryNum);
    });
  });
  const address = app;
  driver.deliverTo('http://127.0.0.1:9');
  await driver.changePerson(driver.ids.nobody, { isDeactivated: true });
  expect(driver.workspace.deliveries.at(-1)).toMatchObject({
    status: null,
    problem: 'dispatch_failed',
    retryNum: 0,
  });
  const { port } = (
    address as unknown as { receiver: { server: { address(): { port: number } } } }
  ).receiver.server.address();
  driver.deliverTo(`http://127.0.0.1:${port}`);
  await eventually('the retry', () => retries.length > 0);
  expect(retries[0]).toBe(1);
});

test('A person can’t click what they can’t see, or what the message does not hold', async () => {
  app = await startBoltApp(driver, () => {});
  await app.client.chat.postMessage({
    token: driver.slack.botToken,
    channel: driver.slack.approvalsChannel,
    text: 'A card',
    blocks: [
      { type: 'actions', block_id: 'b', elements: [{ type: 'button', action_id: 'a', text: pt('Press') }] },
    ],
  });
  const message = await driver.as('admin').message('Press');
  const press = (user: string, actionId: string) =>
    driver.playground.actions.act({ user, place: message.at, element: { blockId: 'b', actionId } });
  await expect(press(driver.ids.nobody, 'a')).rejects.toThrow('message_not_found');
  await expect(press(driver.ids.admin, 'other')).rejects.toThrow('element_not_found');
  expect(driver.workspace.deliveries).toEqual([]);
});

test('A second modal does not remember what was typed into the first', async () => {
  const names: unknown[] = [];
  app = await startBoltApp(driver, (it) => {
    it.shortcut('name', async ({ ack, shortcut, client }) => {
      await ack();
      const element = { type: 'plain_text_input' as const, action_id: 'v', initial_value: 'Testers' };
      const blocks = [{ type: 'input' as const, block_id: 'n', label: pt('Name'), element }];
      await client.views.open({
        trigger_id: shortcut.trigger_id,
        view: { ...view('Name it', 'named'), blocks },
      });
    });
    it.view('named', async ({ ack, view: one }) => {
      names.push(one.state.values.n?.v?.value);
      await ack();
    });
  });
  const ada = driver.as('admin');
  await ada.shortcut('name');
  const modal = await ada.modal('Name it');
  await modal.fill({ Name: 'Partners' });
  await modal.submit();
  await ada.shortcut('name');
  await ada.modal('Name it');
  expect(await modal.value('Name')).toBe('Testers');
  await modal.submit();
  expect(names).toEqual(['Partners', 'Testers']);
});
