// The playground itself: what a newcomer finds in it, and what the keyboard does.
import { beforeAll, describe, expect } from 'vitest';
import { startBrowserApp, story } from '../support/browser-app.ts';
import type { BrowserPerson } from '../support/browser-person.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startBrowserApp);
let admin: BrowserPerson;
beforeAll(async () => {
  admin = await app.as('admin');
});

const composer = () => admin.page.getByRole('textbox', { name: /^Message/ });
const focused = () =>
  admin.page.evaluate<string>(
    'document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent',
  );

describe('the first visit', () => {
  story('names three things to try and does the first step of each', async () => {
    const hint = admin.page.getByRole('region', { name: 'Three things to try' });
    await hint.waitFor();
    expect(await hint.getByRole('listitem').count()).toBe(3);
    await hint.getByRole('button', { name: 'Type it for me' }).click();
    expect(await composer().inputValue()).toBe('/apim-user invite robin@example.com');
    await admin.page.keyboard.press('Enter');
    await admin.sees(/1 invitation is on its way/);
    const [window] = await Promise.all([
      admin.page.waitForEvent('popup'),
      hint.getByRole('link', { name: 'Open a window as Amir Approver' }).click(),
    ]);
    await window.getByRole('combobox', { name: 'You are' }).waitFor();
    expect(await window.getByLabel('You are').inputValue()).toBe('U0AMIRAPPR');
    await window.close();
    await hint.getByRole('button', { name: 'Open the inspector' }).click();
    await admin.page.getByRole('table', { name: 'Deliveries' }).waitFor();
  });

  story('is over once it was read, until the reader asks for it again', async () => {
    const hint = admin.page.getByRole('region', { name: 'Three things to try' });
    await hint.getByRole('button', { name: 'Got it' }).click();
    await hint.waitFor({ state: 'detached' });
    await admin.page.reload();
    await composer().waitFor();
    expect(await hint.count()).toBe(0);
    await admin.page.getByRole('button', { name: 'What to try' }).click();
    await hint.getByRole('button', { name: 'Got it' }).click();
  });
});

describe('the composer', () => {
  story('completes subcommands and people by keyboard, and Enter sends', async () => {
    const { keyboard } = admin.page;
    await composer().fill('/ap');
    await keyboard.press('Tab');
    await keyboard.type('oper');
    await keyboard.press('Tab');
    expect(await composer().inputValue()).toBe('/apim-user operators ');
    await composer().fill('/apim-user ');
    const options = admin.page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option');
    await options.nth(15).waitFor();
    await keyboard.press('ArrowUp');
    await admin.page.getByRole('option', { name: '/apim-user help', selected: true }).waitFor();
    await keyboard.press('Enter');
    expect(await composer().inputValue()).toBe('/apim-user help ');
    await keyboard.press('Escape');
    await options.first().waitFor({ state: 'detached' });
    await composer().fill('/apim-user history by:@am');
    await keyboard.press('Tab');
    expect(await composer().inputValue()).toBe('/apim-user history by:@amir ');
    await admin.types('/apim-user lst');
    await admin.sees(/list/);
    await keyboard.press('ArrowUp');
    expect(await composer().inputValue()).toBe('/apim-user lst');
    await composer().fill('');
  });

  story('says so when Slack has no such command', async () => {
    await admin.types('/remind me');
    await admin.page.getByRole('alert').filter({ hasText: 'Unknown command' }).waitFor();
    await admin.page.getByRole('button', { name: 'Dismiss' }).click();
  });

  story('offers the shortcuts, also those of a message', async () => {
    await admin.page.getByRole('button', { name: 'Shortcuts' }).click();
    await admin.page.getByRole('menuitem').first().click();
    await admin.page.getByRole('dialog').waitFor();
    await admin.page.keyboard.press('Escape');
    await admin.page.getByRole('dialog').waitFor({ state: 'detached' });
    await admin.types('please let wanda@example.com in');
    await admin.message(/wanda/).hover();
    await admin.page
      .getByRole('button', { name: 'More actions for the message of Ada Admin' })
      .last()
      .click();
    await admin.page.getByRole('menuitem', { name: /Invite API developer/ }).click();
    const modal = admin.dialog('Invite developers');
    await modal.waitFor();
    expect(await modal.getByRole('textbox', { name: 'Email' }).inputValue()).toBe('wanda@example.com');
    await admin.closesModal();
  });
});

describe('Escape', () => {
  story('closes what is on top, and the focus returns to where it was', async () => {
    const { keyboard } = admin.page;
    await admin.types('/apim-user add');
    const modal = admin.dialog('Add an account');
    await modal.waitFor();
    expect(await focused()).toBe('Email');
    await modal.getByRole('combobox', { name: 'Groups' }).click();
    await keyboard.press('Escape');
    await modal.getByRole('listbox').waitFor({ state: 'detached' });
    expect(await modal.count()).toBe(1);
    await keyboard.press('Escape');
    await modal.waitFor({ state: 'detached' });
    expect(await focused()).toMatch(/^Message/);

    await admin.types('/apim-user operators');
    await admin.sees(/Ada Admin/);
    await admin.presses('Withdraw the role of Amir Approver');
    const question = admin.page.getByRole('dialog', { name: 'Withdraw?' });
    await question.waitFor();
    await keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    expect(await focused()).toBe('Withdraw the role of Amir Approver');
    await admin.types('/apim-user operators');
    await admin.sees(/Amir Approver/);
  });
});

describe('the panes', () => {
  story('show a mail as it looks and as text, with its headers and its delivery', async () => {
    const developer = await app.developer();
    const mail = await developer.reads('robin@example.com', /invited/);
    await mail.getByRole('link', { name: /accept/i }).waitFor();
    const { inbox } = developer;
    const frame = inbox.locator('iframe');
    expect(await frame.getAttribute('sandbox')).not.toMatch(/scripts|same-origin|forms/);
    await inbox.getByText(/delivered/).waitFor();
    await inbox.getByRole('tab', { name: 'Text' }).click();
    expect(await inbox.getByRole('link').first().getAttribute('href')).toMatch(
      new RegExp(`^${app.url}/invitations/accept\\?ticket=`),
    );
    await inbox.getByRole('tab', { name: 'Headers' }).click();
    await inbox.getByText('Idempotency-Key').waitFor();
    await inbox.getByText('support@example.com').waitFor();
    await developer.page.context().close();
  });

  story('show a request with its signature, its answer and how long it took', async () => {
    await admin.types('/apim-user help');
    await admin.sees(/templates/);
    const { page } = admin;
    if (!(await page.getByRole('table', { name: 'Deliveries' }).isVisible()))
      await page.getByRole('button', { name: 'Inspector' }).click();
    const deliveries = page.getByRole('table', { name: 'Deliveries' });
    await deliveries.getByRole('row', { name: /command \/apim-user help ada 200 \d+ ms/ }).waitFor();
    await deliveries.getByRole('button', { name: 'command /apim-user help' }).click();
    await deliveries.getByText(/x-slack-signature: v0=[0-9a-f]{64}/).waitFor();
    const answer = deliveries.getByRole('region', { name: 'The answer' });
    await answer.getByText('HTTP 200').waitFor();
    await answer.getByText('"blocks"').waitFor();
    const calls = page.getByRole('table', { name: 'API calls' });
    await admin.types('/apim-user add');
    await admin.seesInModal(/Last name/);
    await admin.closesModal();
    await calls.getByRole('button', { name: 'views.open' }).first().click();
    await calls.getByRole('region', { name: 'What was sent' }).getByText('"trigger_id"').waitFor();
  });

  story(
    'go back to the start with the whole workspace at one press, for everyone who has the page open',
    async () => {
      const approver = await app.as('approver');
      await approver.goesTo('general');
      await admin.goesTo('general');
      await admin.types('good morning');
      await approver.message(/good morning/).waitFor();
      await admin.page.getByRole('button', { name: 'Start over' }).click();
      await admin.page.getByRole('button', { name: 'Keep them' }).click();
      await approver.message(/good morning/).waitFor();
      await admin.page.getByRole('button', { name: 'Start over' }).click();
      await admin.page.getByRole('button', { name: 'Delete them' }).click();
      await approver.page.getByText('Nothing here yet.').waitFor();
      await admin.page.getByRole('button', { name: 'Inbox (0)' }).waitFor();
    },
  );
});

story('a message stays where it is for its reader while a card above is repainted', async () => {
  const approver = await app.as('approver');
  await admin.goesTo('apim-user messages');
  await admin.types('/apim-user add zoe@example.com Zoe');
  await admin.fills('Add an account', { 'Last name': 'Quist', 'Send a link to confirm it first': true });
  await admin.submits('Add an account', 'Add');
  await admin.seesInModal(/account is pending/);
  await admin.closesModal();
  await approver.goesTo('approvals');
  await approver.message(/Zoe Quist.*pending/s).waitFor();
  for (let n = 0; n < 12; n++) await approver.types(`line ${n}\nand more\nof it`);
  const list = approver.page.getByRole('list', { name: /^Messages in/ });
  await list.hover();
  await approver.message(/line 11/).waitFor();
  await approver.page.mouse.wheel(0, -10_000);
  await expect.poll(() => list.evaluate((element) => element.scrollTop)).toBe(0);
  await approver
    .message(/Zoe Quist/)
    .getByRole('button')
    .first()
    .waitFor();
  await admin.types('/apim-user activate zoe@example.com');
  await admin.sees(/Activated/);
  await approver.message(/Zoe Quist.*State: active/s).waitFor();
  expect(await list.evaluate((element) => element.scrollTop)).toBeLessThan(50);
});

/** What is wider than the place that it has: the page, or a part that would have to be moved sideways. */
const TOO_WIDE = `[...document.querySelectorAll('*')]
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1)
  .filter((one) => one === document.documentElement || getComputedStyle(one).overflowX !== 'visible')
  .map((one) => one.tagName + '.' + one.className)`;

story('on a phone of 360 px no page, pane or window has to be moved sideways', async () => {
  const page = await app.open('/playground?as=U0ADAADMIN', { viewport: { width: 360, height: 640 } });
  const fits = async (what: string) => expect(await page.evaluate(TOO_WIDE), what).toEqual([]);
  const composer = page.getByRole('textbox', { name: /^Message/ });
  const presses = (name: string | RegExp) => page.getByRole('button', { name }).click();
  await page.getByRole('button', { name: 'Got it' }).waitFor();
  await fits('the first visit');
  await presses('Got it');
  await composer.fill('/apim-user ');
  await page.getByRole('listbox', { name: 'Suggestions' }).waitFor();
  await fits('suggestions');
  await composer.fill('/apim-user list');
  await page.keyboard.press('Enter');
  await page.getByRole('article').getByText('zoe@example.com').first().waitFor();
  await fits('a message');
  await composer.fill('/apim-user add');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('textbox').first().waitFor();
  await fits('a modal');
  await page.keyboard.press('Escape');
  await presses(/^Inbox/);
  await page.getByRole('list', { name: 'Mails' }).getByRole('button').first().click();
  for (const part of await page.getByRole('tab').all()) {
    await part.click();
    await fits(`a mail: ${await part.textContent()}`);
  }
  await presses('Close pane');
  await presses('Inspector');
  await page.getByRole('table', { name: 'Deliveries' }).getByRole('button').first().click();
  await page.getByRole('region', { name: 'What was sent' }).waitFor();
  await fits('the inspector');
  await presses('Close pane');
  await presses(/approvals/);
  await page.getByRole('heading', { name: '#approvals' }).waitFor();
  await fits('a channel');
  await page.getByRole('button', { name: 'Home', exact: true }).click();
  await page.getByRole('region', { name: /Home/ }).getByRole('button').first().waitFor();
  await fits('Home');
});
