import type { App } from '@slack/bolt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSlackDriver, type SlackDriver } from '../support/slack-driver.ts';
import { startBoltApp } from './bolt-app.ts';

let driver: SlackDriver;
let app: App | null = null;

beforeEach(async () => {
  driver = await createSlackDriver();
});
afterEach(async () => {
  await app?.stop();
  await driver.close();
});

test('A command reaches a Bolt app with people and addresses as references, and the person sees its answer', async () => {
  let text = '';
  app = await startBoltApp(driver, (it) =>
    it.command('/apim-user', async ({ command, ack }) => {
      text = command.text;
      await ack({ response_type: 'ephemeral', text: 'Understood.' });
    }),
  );
  const ada = driver.as('admin');
  const answer = await ada.types('/apim-user invite a@example.com for @amir in #approvals <b> & c');
  expect(answer?.status).toBe(200);
  expect(text).toBe(
    'invite <mailto:a@example.com|a@example.com> for <@U0AMIRAPPR|amir> in <#C0APPROVAL|approvals> &lt;b&gt; &amp; c',
  );
  await ada.sees('Understood.');
  expect(driver.as('nobody').canRead('Understood.')).toBe(false);
});

test('A modal opens by its trigger, shows an error beside its field, and closes once the app accepts it', async () => {
  const seen: unknown[] = [];
  app = await startBoltApp(driver, (it) => {
    it.command('/apim-user', async ({ command, ack, client }) => {
      await ack();
      await client.views.open({
        trigger_id: command.trigger_id,
        view: {
          type: 'modal',
          callback_id: 'invite',
          title: { type: 'plain_text', text: 'Invite' },
          submit: { type: 'plain_text', text: 'Send' },
          blocks: [
            {
              type: 'input',
              block_id: 'email',
              label: { type: 'plain_text', text: 'Email' },
              element: { type: 'plain_text_input', action_id: 'value' },
            },
            {
              type: 'input',
              block_id: 'who',
              optional: true,
              label: { type: 'plain_text', text: 'Account' },
              element: { type: 'external_select', action_id: 'account', min_query_length: 1 },
            },
          ],
        },
      });
    });
    it.options('account', async ({ options, ack }) => {
      await ack({
        options: [{ text: { type: 'plain_text', text: `Ann ${options.value}` }, value: 'ann-1' }],
      });
    });
    it.view('invite', async ({ view, ack }) => {
      seen.push(view.state.values);
      const value = view.state.values.email?.value?.value ?? '';
      if (value.includes('@')) await ack();
      else await ack({ response_action: 'errors', errors: { email: 'That is no address.' } });
    });
  });
  const ada = driver.as('admin');
  await ada.types('/apim-user invite');
  const modal = await ada.modal('Invite');
  await modal.submit();
  expect(modal.errors()).toEqual({ Email: 'Please complete this required field.' });
  await modal.fill({ Email: 'ann', Account: 'Lee' });
  await modal.submit();
  expect(modal.errors()).toEqual({ Email: 'That is no address.' });
  expect(ada.hasModal()).toBe(true);
  await modal.fill({ Email: 'ann@example.com' });
  await modal.submit();
  expect(ada.hasModal()).toBe(false);
  expect(seen).toHaveLength(2);
  expect(seen[1]).toMatchObject({ who: { account: { selected_option: { value: 'ann-1' } } } });
  expect(driver.refusals()).toEqual([]);
});

test('The app repaints a card for everyone over the response_url of a click', async () => {
  app = await startBoltApp(driver, (it) => {
    it.action('block', async ({ ack, respond, action }) => {
      await ack();
      await respond({ replace_original: true, text: `Blocked ${'value' in action ? action.value : ''}` });
    });
  });
  await app.client.chat.postMessage({
    token: driver.slack.botToken,
    channel: driver.slack.approvalsChannel,
    text: 'Ann Lee waits',
    blocks: [
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            action_id: 'block',
            value: '42',
            text: { type: 'plain_text', text: 'Block' },
            accessibility_label: 'Block Ann Lee',
          },
        ],
      },
    ],
  });
  await driver.as('approver').clicks('Block Ann Lee');
  await driver.as('admin').sees('Blocked 42');
  expect(driver.as('nobody').canRead('Blocked 42')).toBe(false);
});

test('A command that the app does not answer fails after three seconds, in Slack’s words', async () => {
  app = await startBoltApp(driver, () => {});
  const ada = driver.as('admin');
  await ada.types('/apim-user help');
  await ada.sees('/apim-user failed with the error "operation_timeout"');
});
