// What people in Slack do, one thing after the other. `voice.test.ts` says when a subcommand, button or modal is missing.
import { addAccount } from '../../src/operations/accounts/add.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { COMMANDS } from '../../src/slack/handlers.ts';
import { ORDERS_TEXT } from '../support/orders-document.ts';
import type { Page } from './page.ts';
import type { Stage } from './stage.ts';

/** One person is new: an import does several at once, and the history would list them in any order. */
const TABLE = [
  'email,first,last,groups,note,mode',
  'ann@example.com,Ann,Lee,,,invite',
  'not-an-email,Hal,Hill,,,invite',
  'dev22@example.com,Dev,Two,,,invite',
].join('\n');

export async function walkSlack(stage: Stage, page: Page): Promise<void> {
  page.chapter('Operators and colleagues in Slack');
  await askingForHelp(stage);
  await groups(stage);
  await invitations(stage);
  await accounts(stage);
  await blocking(stage);
  await deleting(stage);
  await lists(stage);
  await catalog(stage);
  await rules(stage);
  await imports(stage);
  await manyAccounts(stage);
  await requests(stage);
  await templates(stage);
  await announcements(stage);
  await operators(stage);
  await reviews(stage);
  await webhooks(stage);
  await otherWays(stage);
}

async function askingForHelp(s: Stage): Promise<void> {
  await s.types('admin', '/apim-user');
  await s.types('admin', '/apim-user help');
  for (const { name } of COMMANDS) await s.types('admin', `/apim-user help ${name}`);
  await s.types('admin', '/apim-user help nonsense');
  await s.types('approver', '/apim-user');
  await s.types('nobody', '/apim-user');
  await s.types('nobody', '/apim-user help');
  await s.types('nobody', '/apim-user list');
  await s.types('approver', '/apim-user operators');
  await s.types('admin', '/apim-user invte ann@example.com');
  await s.types('admin', '/apim-user nonsense');
  await s.home('admin');
  await s.home('approver');
  await s.home('nobody');
}

async function groups(s: Stage): Promise<void> {
  await s.types('admin', '/apim-user groups');
  await s.presses('admin', 'group-create');
  await s.submits('admin', { name: 'Beta' });
  await s.closeModals('admin');
  await s.types('admin', '/apim-user groups');
  await s.presses('admin', 'group-rename');
  await s.submits('admin', { name: 'Early birds', description: 'They try things first.' });
  await s.closeModals('admin');
  await s.presses('admin', 'group-create');
  await s.submits('admin', { name: 'Early birds' });
  await s.submits('admin', { name: 'Short-lived' });
  await s.closeModals('admin');
  await s.types('admin', '/apim-user groups');
  await s.presses('admin', 'group-delete', 'Short-lived');
  await s.submits('admin');
  await s.closeModals('admin');
}

async function rules(s: Stage): Promise<void> {
  await s.types('admin', '/apim-user rules');
  await s.presses('admin', 'rule-create');
  await s.submits('admin', { domain: 'nonsense' });
  await s.submits('admin', { domain: '*.example.com', admission: 'open' });
  await s.submits('admin');
  await s.closeModals('admin');
  await s.types('admin', '/apim-user rules');
  await s.presses('admin', 'rule-edit');
  await s.submits('admin', { admission: 'refused' });
  await s.closeModals('admin');
  await s.presses('admin', 'rule-delete');
  await s.submits('admin');
  await s.closeModals('admin');
  await s.types('admin', '/apim-user add fay@gmial.com Fay Fox');
  await s.types('admin', '/apim-user invite fay@gmial.com');
}

async function invitations(s: Stage): Promise<void> {
  await s.types('admin', '/apim-user invites');
  await s.types('admin', '/apim-user invite');
  await s.submits('admin', { emails: 'nonsense' });
  await s.submits('admin', { emails: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' });
  await s.closeModals('admin');
  await s.types('admin', '/apim-user invite ben@example.com cat@example.com ann@example.com nonsense');
  await s.types('admin', '/apim-user invites');
  await s.presses('admin', 'invitation-resend');
  await s.presses('admin', 'invitation-revoke-ask');
  await s.submits('admin');
  await s.closeModals('admin');
  await s.types('admin', '/apim-user show ann@example.com');
  await s.types('admin', '/apim-user show ben@example.com');
  await s.types('admin', '/apim-user invites all');
}

async function accounts(s: Stage): Promise<void> {
  await s.types('admin', '/apim-user list');
  await s.types('admin', '/apim-user add');
  await s.submits('admin', { email: 'nonsense', firstName: ' ', lastName: 'Diaz', temporary: 'short' });
  await s.submits('admin', {
    email: 'dora@example.com',
    firstName: 'Dora',
    lastName: 'Diaz',
    temporary: '',
    verifyFirst: true,
  });
  await s.closeModals('admin');
  await s.types('admin', '/apim-user list state:pending');
  await s.types('admin', '/apim-user list idle:90d never-signed-in');
  await s.types('admin', '/apim-user list state:active sort:last-call');
  await s.types('admin', '/apim-user list idle:long');
  await s.types('admin', '/apim-user export');
  await s.submits('admin', { kind: 'accounts', format: 'json', filter: 'state:pending' });
  await s.closeModals('admin');
  await s.types('admin', '/apim-user export accounts state:active');
  await s.types('admin', '/apim-user export nonsense');
  await s.types('admin', '/apim-user export invitations nonsense');
  await s.types('admin', '/apim-user export accounts nonsense');
  await s.presses('approver', 'account-activate');
  await s.types('admin', '/apim-user add eli@example.com Eli East');
  await s.types('admin', '/apim-user add eli@example.com Eli East');
  await s.types('admin', '/apim-user show');
  await s.submits('admin', { account: 'eli@example.com' });
  await s.closeModals('admin');
  await s.types('admin', '/apim-user show nonsense');
  await s.types('admin', '/apim-user show ely@example.com');
  await s.types('admin', '/apim-user show eli@example.com');
  await s.presses('admin', 'account-details');
  await s.closeModals('admin');
  await s.presses('admin', 'account-edit');
  await s.submits('admin', { email: 'eli.east@example.com', note: 'Speaks French.' });
  await s.closeModals('admin');
  await s.types('admin', '/apim-user edit');
  await s.types('admin', '/apim-user groups eli@example.com');
  await s.submits('admin', { groups: ['Early birds'] });
  await s.presses('admin', 'undo');
  await s.closeModals('admin');
  await s.types('admin', '/apim-user reset-password');
  await s.types('admin', '/apim-user reset-password eli@example.com');
  await s.submits('admin');
  await s.closeModals('admin');
  await s.presses('approver', 'menu-find');
  await s.closeModals('approver');
}

async function blocking(s: Stage): Promise<void> {
  await s.types('admin', '/apim-user block');
  await s.types('admin', '/apim-user block eli@example.com');
  await s.submits('admin', { reason: 'sent spam', end: 'some day' });
  await s.submits('admin', { reason: 'sent spam', end: '7d', message: 'Please write to us.' });
  await s.presses('admin', 'undo');
  await s.closeModals('admin');
  await s.types('admin', '/apim-user block eli@example.com until never');
  await s.types('admin', '/apim-user block eli@example.com leaked a key');
  await s.types('approver', '/apim-user block eli@example.com again');
  await s.types('admin', '/apim-user activate');
  await s.types('admin', '/apim-user activate eli@example.com');
  await s.types('approver', '/apim-user activate eli@example.com');
}

async function deleting(s: Stage): Promise<void> {
  await s.types('admin', '/apim-user delete');
  await s.types('admin', '/apim-user delete eli@example.com');
  await s.submits('admin', { reason: 'contract ended' });
  await s.closeModals('admin');
  await s.types('admin', '/apim-user approvals');
  await s.types('approver', '/apim-user approvals');
  await s.home('approver');
  await s.presses('approver', 'approval-decline');
  await s.submits('approver', { reason: 'The contract runs until May.' });
  await s.closeModals('approver');
  await s.types('admin', '/apim-user delete eli@example.com');
  await s.submits('admin');
  await s.types('admin', '/apim-user approvals');
  await s.presses('admin', 'approval-withdraw');
  await s.types('admin', '/apim-user delete eli@example.com');
  await s.submits('admin', { reason: 'contract ended' });
  await s.closeModals('admin');
  await s.presses('approver', 'approval-approve');
  await s.types('admin', '/apim-user show eli@example.com');
  await s.types('admin', '/apim-user restore');
  await s.types('admin', '/apim-user restore eli@example.com');
  const [row] = await s.sql`select id from accounts where first_name = 'Eli'`;
  await s.types('admin', `/apim-user show ${row?.id}`);
  await s.presses('admin', 'account-restore');
  await s.types('admin', `/apim-user restore ${row?.id}`);
  await s.types('admin', '/apim-user history');
  await s.types('admin', '/apim-user history eli@example.com');
  await s.types('admin', '/apim-user history refused');
  await s.types('admin', '/apim-user history by:@ada');
  await s.types('admin', '/apim-user history by:ada from:yesterday');
}

async function lists(s: Stage): Promise<void> {
  await s.types('admin', '/apim-user tokens');
  await s.types('admin', '/apim-user service');
  await s.types('admin', '/apim-user service @nowhere');
  const program = await s.program([]);
  for (let n = 1; n <= 22; n++)
    await addAccount(program, { email: `dev${n}@example.com`, firstName: 'Dev', lastName: `Number${n}` });
  await s.types('admin', '/apim-user list');
  await s.types('admin', '/apim-user list nonsense');
  await s.types('admin', '/apim-user list state:nonsense');
  await s.types('admin', '/apim-user list group:nonsense');
}

async function catalog(s: Stage): Promise<void> {
  await s.types('admin', '/apim-user apis');
  await s.presses('admin', 'api-create');
  await s.submits('admin', { name: 'Orders', path: '/ / ' });
  await s.submits('admin', { name: 'Orders', path: 'orders' });
  await s.closeModals('admin');
  await s.types('admin', '/apim-user products');
  await s.presses('admin', 'product-create');
  await s.submits('admin', { name: 'Starter', limit: 'many', apis: ['Orders'] });
  await s.submits('admin', {
    description: 'For your first calls.',
    limit: '1',
    terms: 'Be kind to our servers.',
    isPublished: true,
    isApprovalRequired: true,
  });
  await s.closeModals('admin');
  await s.types('admin', '/apim-user products');
  await s.presses('admin', 'product-edit');
  await s.submits('admin', { description: 'For the first calls.' });
  await s.closeModals('admin');
  await s.types('admin', '/apim-user products');
  await s.presses('admin', 'product-details');
  await s.closeModals('admin');
  await s.types('admin', '/apim-user apis');
  await s.presses('admin', 'api-details');
  await s.closeModals('admin');
  await s.presses('admin', 'api-edit');
  await s.submits('admin', { path: 'orders/v1' });
  await s.closeModals('admin');
  await s.types('admin', '/apim-user apis');
  await s.presses('admin', 'api-document');
  await s.submits('admin', { link: '' });
  await s.submits('admin', { link: 'http://127.0.0.1/orders.yaml' });
  await s.closeModals('admin');
  await s.shares('admin', 'tea.json', ORDERS_TEXT);
  await s.shares('admin', 'orders.json', ORDERS_TEXT);
  await s.types('admin', '/apim-user apis');
  await s.presses('admin', 'api-document');
  await s.closeModals('admin');
  await s.types('admin', '/apim-user subscriptions');
}

async function imports(s: Stage): Promise<void> {
  await s.types('admin', '/apim-user import');
  await s.submits('admin', { table: 'name\nAnn' });
  await s.submits('admin', { table: TABLE });
  await s.closeModals('admin');
  await s.presses('admin', 'import-apply');
}

async function manyAccounts(s: Stage): Promise<void> {
  const all = { all: true, action: 'block' };
  await s.types('admin', '/apim-user list state:active idle:1d');
  await s.types('admin', '/apim-user list state:active');
  await s.presses('admin', 'many-select');
  await s.submits('admin', { action: 'block' });
  await s.submits('admin', all);
  await s.submits('admin', { end: 'nonsense' });
  await s.submits('admin', { end: '', reason: 'nobody uses them' });
  await s.closeModals('admin');
  await s.presses('admin', 'batch-begin');
  await s.presses('approver', 'approval-approve', 'Block');
  await s.presses('admin', 'batch-undo');
}

async function requests(s: Stage): Promise<void> {
  await s.home('admin');
  await s.presses('admin', 'digest-off');
  await s.presses('admin', 'digest-on');
  await s.presses('admin', 'invitation-messages-off');
  await s.home('admin');
  await s.types('nobody', '/apim-user request');
  await s.submits('nobody', { email: 'nonsense', why: 'They build our app.' });
  await s.submits('nobody', { email: 'ivy@example.com', firstName: 'Ivy', why: 'They build our app.' });
  await s.closeModals('nobody');
  await s.types('nobody', '/apim-user approvals');
  await s.home('nobody');
  await s.presses('approver', 'approval-approve');
}

async function templates(s: Stage): Promise<void> {
  await s.types('admin', '/apim-user templates');
  await s.presses('admin', 'template-edit');
  await s.presses('admin', 'template-variables');
  await s.closeModals('admin');
  await s.presses('admin', 'template-edit');
  await s.presses('admin', 'template-preview');
  await s.closeModals('admin');
  await s.types('admin', '/apim-user templates');
  await s.presses('admin', 'template-edit');
  await s.presses('admin', 'template-test');
  await s.closeModals('admin');
  await s.types('admin', '/apim-user templates');
  await s.presses('admin', 'template-edit');
  await s.submits('admin', { subject: '$Nonsense', body: 'Hello <b>' });
  await s.submits('admin', { subject: 'Hello $DevFirstName', body: 'Come in.\n\n$ConfirmUrl' });
  await s.closeModals('admin');
  await s.types('admin', '/apim-user templates');
  await s.presses('admin', 'template-edit');
  await s.presses('admin', 'template-restore');
  await s.closeModals('admin');
}

/** The clock stands still here, so mails would never be due, and each look for them would come at once. */
const HOLD_ANNOUNCEMENTS = `
  create function hold_announcements() returns trigger language plpgsql as $$
  begin
    if new.task_id = (select id from graphile_worker._private_tasks where identifier = 'advance-announcement')
    then new.run_at := '2100-01-01'; end if;
    return new;
  end $$;
  create trigger hold_announcements before insert or update on graphile_worker._private_jobs
    for each row execute function hold_announcements();`;

async function announcements(s: Stage): Promise<void> {
  await s.sql.unsafe(HOLD_ANNOUNCEMENTS);
  const news = { audience: 'everyone', kind: 'news' };
  await s.types('admin', '/apim-user announce');
  await s.submits('admin', { ...news, beginning: 'AnnouncementOfEnd' });
  await s.submits('admin');
  await s.submits('admin', {
    subject: 'A new office',
    body: 'We moved.\n\n[Where](https://elsewhere.example)',
  });
  await s.submits('admin', { body: 'We moved.\n\n[The portal]($DevPortalUrl)' });
  await s.presses('admin', 'announcement-test');
  await s.closeModals('admin');
  await s.types('admin', '/apim-user announce list');
  await s.presses('admin', 'announcement-show');
  await s.presses('admin', 'announcement-edit');
  await s.submits('admin', { subject: 'Our new office' });
  await s.presses('admin', 'announcement-send');
  await s.closeModals('admin');
  await s.presses('approver', 'approval-approve', 'Our new office');
  await s.types('admin', '/apim-user announce list');
  await s.presses('admin', 'announcement-show', 'Our new office');
  await s.presses('admin', 'announcement-refresh');
  await s.presses('admin', 'announcement-recipients');
  await s.presses('admin', 'announcement-mail');
  await s.closeModals('admin');
  await s.types('admin', '/apim-user announce list');
  await s.presses('admin', 'announcement-show', 'Our new office');
  await s.presses('admin', 'announcement-stop');
  await s.closeModals('admin');
  await s.types('admin', '/apim-user announce');
  await s.submits('admin', { audience: 'everyone', beginning: 'Announcement' });
  await s.submits('admin', { subject: 'A second one', body: 'Never sent.' });
  await s.presses('admin', 'announcement-discard');
  await s.closeModals('admin');
}

async function operators(s: Stage): Promise<void> {
  await s.types('admin', '/apim-user operators');
  await s.presses('admin', 'operator-add');
  await s.submits('admin', { person: s.app.ids.nobody, role: 'approver' });
  await s.closeModals('admin');
  await s.types('admin', '/apim-user operators');
  await s.presses('admin', 'operator-grant', 'Noor');
  await s.types('admin', '/apim-user operators');
  await s.presses('admin', 'operator-withdraw', 'Noor');
  await s.types('admin', '/apim-user tokens');
  await s.presses('admin', 'token-revoke');
}

/** One that has got nothing, so that nothing is sent while others read. */
async function webhooks(s: Stage): Promise<void> {
  await s.types('admin', '/apim-user webhooks');
  await s.presses('admin', 'webhook-create');
  await s.submits('admin', { name: 'CRM', url: 'crm' });
  await s.submits('admin', { name: 'CRM', url: 'http://crm.example.com/' });
  await s.submits('admin', { name: 'CRM', url: 'https://crm.example.com/events' });
  await s.closeModals('admin');
  await s.types('admin', '/apim-user webhooks');
  await s.presses('admin', 'webhook-show');
  await s.presses('admin', 'webhook-pause');
  await s.presses('admin', 'webhook-edit');
  await s.submits('admin', { name: 'CRM of sales' });
  await s.closeModals('admin');
  await s.presses('admin', 'webhook-deliveries');
  await s.types('admin', '/apim-user webhooks');
  await s.presses('admin', 'webhook-show');
  await s.presses('admin', 'webhook-resume');
  await s.presses('admin', 'webhook-test');
  await s.presses('admin', 'webhook-rotate');
  await s.presses('admin', 'webhook-delete');
}

/** Shortcuts, words in the direct message, and people whom Slack doesn't count as full members. */
async function otherWays(s: Stage): Promise<void> {
  await s.uses('admin', 'manage_developer');
  await s.uses('admin', 'invite_from_message', 'Please invite jan@example.com and kim@example.com.');
  await s.says('admin', 'hello');
  await s.says('admin', 'ann@example.com');
  await s.shares('admin', 'table.csv', TABLE);
  await s.shares('admin', 'photo.png', '\u0000');
  await s.shares('nobody', 'table.csv', TABLE);
}

/** What the last developer leaves is taken away again. */
export async function endWalk(s: Stage): Promise<void> {
  await s.types('admin', '/apim-user products');
  await s.presses('admin', 'product-delete');
  await s.submits('admin');
  await s.submits('admin', { deleteSubscriptions: true });
  await s.closeModals('admin');
  await s.types('admin', '/apim-user apis');
  await s.presses('admin', 'api-delete');
  await s.submits('admin');
  await s.closeModals('admin');
  await s.types('admin', '/apim-user history by:@ada');
  await s.types('admin', '/apim-user add lou@example.com Lou');
  await s.submits('admin', { lastName: 'Long', verifyFirst: true });
  await s.closeModals('admin');
  await s.home('admin');
  await s.presses('admin', 'list-pending');
  await s.home('approver');
}

/** Of a group with one account, so that the review can end by hand. */
async function reviews(s: Stage): Promise<void> {
  const program = await s.program([]);
  const { groupId } = await createGroup(program, { name: 'Pilots' });
  const pilot = { email: 'pia@example.com', firstName: 'Pia', lastName: 'Pilot', groupIds: [groupId] };
  await addAccount(program, pilot);
  await s.types('admin', '/apim-user review');
  await s.presses('admin', 'review-start-ask');
  await s.closeModals('admin');
  for (const note of ['Ask your teams.', '']) {
    await s.types('admin', '/apim-user review start group:Pilots until 7d');
    await s.submits('admin', { note });
    await s.submits('admin');
    await s.closeModals('admin');
  }
  await s.types('approver', '/apim-user review');
  await s.presses('approver', 'review-open');
  await s.presses('approver', 'review-block');
  await s.submits('approver', { reason: 'left the company' });
  await s.closeModals('approver');
  await s.types('approver', '/apim-user review');
  await s.presses('approver', 'review-open');
  await s.presses('approver', 'review-take-back');
  await s.presses('approver', 'review-keep');
  await s.closeModals('approver');
  await s.home('approver');
  await s.types('admin', '/apim-user review show Pilots');
  await s.presses('admin', 'review-report');
  await s.presses('admin', 'review-end');
  await s.types('admin', '/apim-user review');
  await s.presses('admin', 'review-stop');
  await s.submits('admin', { reason: 'started twice' });
  await s.closeModals('admin');
  await s.types('admin', '/apim-user review');
}
