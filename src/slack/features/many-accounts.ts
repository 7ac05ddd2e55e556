// Selects accounts of a list, and blocks, activates, deletes, mails or groups them at once, after a preview.
import type { ModalView } from '@slack/types';
import { blockEnd, MAX_BLOCK_END_LENGTH, settledBlockEnd } from '../../domain/block-end.ts';
import { csvLine } from '../../domain/csv.ts';
import { refusedFields } from '../../domain/domain-error.ts';
import { knownTimeZone } from '../../domain/time-words.ts';
import { type AccountPreview, previewAccounts } from '../../operations/account-batches/preview.ts';
import { selectAccounts } from '../../operations/account-batches/select.ts';
import { undoBatch } from '../../operations/account-batches/undo.ts';
import { listAccounts } from '../../operations/accounts/list.ts';
import type { WantedAccounts } from '../../operations/accounts/wanted.ts';
import { beginBatch } from '../../operations/batches/begin.ts';
import { recordBatchMessage } from '../../operations/batches/record-message.ts';
import { stopBatch } from '../../operations/batches/stop.ts';
import type { Feature, Metadata, SlackRequest } from '../frame/feature.ts';
import { readCarried } from '../frame/reference.ts';
import { attempt, openModalFor } from '../frame/role.ts';
import { uploadFile } from '../jobs/files.ts';
import { type FormValues, listOf, textOf } from '../modals/form.ts';
import { nameOf } from '../present/account.ts';
import { accountCountText, actionEffect, actionTitle } from '../present/account-actions.ts';
import { previewMessage } from '../present/account-batch.ts';
import { wantedText } from '../present/account-list.ts';
import { number } from '../present/batch.ts';
import {
  actions,
  button,
  checkbox,
  choiceInput,
  groupsInput,
  type Message,
  modal,
  section,
  textInput,
  ticksInput,
} from '../present/blocks.ts';

/** Slack's limit for the boxes of one field. */
const ACCOUNTS_A_PAGE = 10;
const MAX_ACCOUNTS = 10_000;
/** The message lists as many. */
const MAX_LISTED = 20;

const CHOICES = [
  { value: 'block', text: 'Block' },
  { value: 'activate', text: 'Activate' },
  { value: 'delete', text: 'Delete' },
  { value: 'resend', text: 'Mail the link again that confirms their email' },
  { value: 'join', text: 'Add to groups' },
  { value: 'leave', text: 'Remove from groups' },
];

/** A page of the form, and the selection of the pages before. `others`: how many of them aren't on this page. */
type Page = { query: WantedAccounts; from: number; batchId?: string; shown: string[]; others: number };

export const manyAccountsFeature: Feature = {
  buttons: {
    'many-select': (request, value) =>
      openModalFor(request, previewAccounts, {}, (within) =>
        selectionModal(within, { query: readCarried<WantedAccounts>(value), from: 0 }),
      ),
    async 'many-turn'(request, value, typed) {
      const view = await attempt(request, previewAccounts, {}, async (within) => {
        const { to, ...page } = readCarried<Page & { to: number }>(value);
        const { batchId, ids } = await keepTicked(within, page, typed);
        return selectionModal(within, { query: page.query, from: to, batchId, ids });
      });
      // What replaces a modal may be a form.
      await request.reply(view as unknown as Message, { replace: true });
    },
    async 'batch-begin'(request, batchId) {
      await beginBatch(request.context, { batchId });
      await request.reply({
        text: 'Started. The message above shows the progress, and at the end the result of each account.',
      });
    },
    async 'batch-stop'(request, batchId) {
      await stopBatch(request.context, { batchId });
      await request.reply({ text: 'It stops in a few seconds. What is done stays done.' });
    },
    async 'batch-undo'(request, batchId) {
      const { toDo } = await undoBatch(request.context, batchId);
      await request.reply({ text: `Started: ${actionTitle('undo', toDo)}. A message shows the progress.` });
    },
  },
  submissions: {
    'many-select': {
      check: (values, { metadata }) =>
        values.all === true || ticked(values, metadata as Page).length > 0 || Number(metadata.others) > 0
          ? {}
          : { [fieldOf(Number(metadata.from))]: 'tick at least one account, or all that match' },
      run: (request, values, metadata) =>
        attempt(request, previewAccounts, {}, async (within) => {
          const page = metadata as Page;
          const action = textOf(values, 'action');
          if (values.all === true) return actionModal(within, action, { wanted: page.query }, null);
          const { batchId, ids } = await keepTicked(within, page, values);
          return actionModal(within, action, { batchId }, ids.length);
        }),
    },
    'many-accounts': {
      check: (values, { metadata, now }) => ({
        ...(metadata.action === 'block' ? refusedFields(() => blockEnd(textOf(values, 'end'), now)) : {}),
        ...((metadata.action === 'join' || metadata.action === 'leave') &&
        listOf(values, 'groups').length === 0
          ? { groups: 'choose at least one group' }
          : {}),
      }),
      async run(request, values, metadata) {
        const { which } = metadata as { which: never };
        const what = whatIn(request, values, metadata) as never;
        const preview = await previewAccounts(request.context, { which, what });
        const { secondOperatorForMoreThan: moreThan } = request.context.policy;
        if (!preview.batchId) return previewMessage(preview, { moreThan, hasFile: false });
        await postPreview(request, preview, preview.batchId);
        return { text: 'The preview is in our direct message. Nothing has changed yet.' };
      },
    },
  },
};

/** A field's ticks are its own, so that each page has those of its accounts. */
const fieldOf = (from: number): string => `ticked-${from}`;

const ticked = (values: FormValues, { from, shown }: Page): string[] =>
  listOf(values, fieldOf(from)).flatMap((index) => shown[Number(index)] ?? []);

async function keepTicked(request: SlackRequest, page: Page, values: FormValues) {
  const { batchId, shown } = page;
  const chosen = ticked(values, page);
  return selectAccounts(request.context, { ...(batchId ? { batchId } : {}), shown, chosen });
}

async function selectionModal(
  request: SlackRequest,
  { query, from, batchId, ids = [] }: Pick<Page, 'query' | 'from' | 'batchId'> & { ids?: string[] },
): Promise<ModalView> {
  const { accounts, count = 0 } = await listAccounts(request.context, {
    ...query,
    limit: ACCOUNTS_A_PAGE,
    skip: from,
    isCounted: { upTo: MAX_ACCOUNTS },
  });
  const shown = accounts.map(({ id }) => id);
  const others = ids.filter((id) => !shown.includes(id)).length;
  const page: Page = { query, from, ...(batchId ? { batchId } : {}), shown, others };
  const turn = (name: string, text: string, to: number) =>
    button(`many-turn/${name}`, text, JSON.stringify({ ...page, to }));
  const turns = [
    ...(from > 0 ? [turn('previous', 'Previous', Math.max(0, from - ACCOUNTS_A_PAGE))] : []),
    ...(from + shown.length < count ? [turn('next', 'Next', from + shown.length)] : []),
  ];
  const isMany = count > MAX_ACCOUNTS;
  const range = shown.length ? `${number(from + 1)}–${number(from + shown.length)} of ` : '';
  const total = isMany ? `more than ${number(MAX_ACCOUNTS)}` : number(count);
  return modal({
    callback: 'many-select',
    title: 'Select accounts',
    submit: 'Continue',
    metadata: page,
    blocks: [
      section(
        `*${wantedText(query)}* · ${range}${total}${ids.length ? ` · *${number(ids.length)} selected*` : ''}`,
      ),
      ...(accounts.length
        ? [
            ticksInput(
              fieldOf(from),
              'Accounts',
              accounts.map((account, index) => ({
                value: String(index),
                text: nameOf(account),
                description: `${account.state}${nameOf(account) === account.email ? '' : ` · ${account.email}`}`,
                isTicked: ids.includes(account.id),
              })),
            ),
          ]
        : [section('No account is here any more. Turn back, or select all that match.')]),
      ...(turns.length ? [actions(turns)] : []),
      ...(isMany
        ? [section(`To take all that match, narrow the list to ${number(MAX_ACCOUNTS)} at most.`)]
        : [checkbox('all', 'Or', `All ${number(count)} that match`, false)]),
      choiceInput('action', 'What to do', CHOICES),
    ],
  });
}

/** `count` is null for all that match: the preview counts them. */
async function actionModal(
  request: SlackRequest,
  action: string,
  which: object,
  count: number | null,
): Promise<ModalView> {
  const what = count === null ? 'all accounts that match' : accountCountText(count);
  return modal({
    callback: 'many-accounts',
    title: CHOICES.find(({ value }) => value === action)?.text.slice(0, 24) ?? 'Many accounts',
    submit: 'Preview',
    metadata: { action, which },
    blocks: [
      section(
        `For *${what}*. ${actionEffect(action)} First you see what happens to each; nothing changes before that.`,
      ),
      ...fieldsOf(request, action),
    ],
  });
}

function fieldsOf(request: SlackRequest, action: string) {
  const reason = textInput('reason', 'Reason', {
    optional: true,
    maxLength: 500,
    hint: 'For operators only.',
  });
  const message = textInput('message', 'Message to the developers', {
    optional: true,
    multiline: true,
    maxLength: 1_000,
  });
  const tell = checkbox('tellDeveloper', 'Mail', 'Tell each developer by mail', true);
  if (action === 'join' || action === 'leave') return [groupsInput()];
  if (action === 'resend') return [];
  if (action === 'activate') return [reason, message, tell];
  if (action === 'delete')
    return [
      reason,
      checkbox('deleteSubscriptions', 'Subscriptions', 'Delete accounts that have subscriptions too', false),
      tell,
    ];
  const end = textInput('end', 'Ends', {
    optional: true,
    maxLength: MAX_BLOCK_END_LENGTH,
    hint: `For example 12h, 7 days, friday 18:00 or 2026-12-24 (${knownTimeZone(request.actor.timeZone)}). Leave it empty to block until someone reactivates them.`,
  });
  return [reason, end, message, tell];
}

/** The operation checks it. */
function whatIn(request: SlackRequest, values: FormValues, { action }: Metadata): object {
  const reason = textOf(values, 'reason');
  const tellDeveloper = values.tellDeveloper === true;
  const message = textOf(values, 'message');
  if (action === 'join' || action === 'leave') return { action, groupIds: listOf(values, 'groups') };
  if (action === 'resend') return { action };
  if (action === 'activate') return { action, reason, tellDeveloper, message };
  if (action === 'delete')
    return { action, reason, tellDeveloper, deleteSubscriptions: values.deleteSubscriptions === true };
  const timeZone = knownTimeZone(request.actor.timeZone);
  const end = settledBlockEnd(textOf(values, 'end'), request.context.clock(), timeZone);
  return { action, reason, tellDeveloper, message, end };
}

/** In the operator's direct message, because it holds emails. */
async function postPreview(request: SlackRequest, preview: AccountPreview, batchId: string): Promise<void> {
  const { client, actor, context } = request;
  const { channel } = await client.conversations.open({ users: actor.userId });
  const channelId = channel?.id ?? '';
  const hasFile = preview.rows.length > MAX_LISTED;
  if (hasFile)
    await uploadFile(
      { client, apiUrl: client.slackApiUrl, channelId },
      { name: 'preview.csv', bytes: Buffer.from(previewFile(preview)) },
    );
  const { secondOperatorForMoreThan: moreThan } = context.policy;
  const { text, blocks = [] } = previewMessage(preview, { moreThan, hasFile });
  const posted = await client.chat.postMessage({ channel: channelId, text, blocks });
  await recordBatchMessage(context, { batchId, channelId, messageTs: String(posted.ts) });
}

const previewFile = ({ rows }: AccountPreview): string =>
  [
    csvLine([
      'line',
      'email',
      'name',
      'what happens',
      'subscriptions',
      'keys',
      'sessions',
      'calls in 30 days',
    ]),
    ...rows.map(({ line, email, name, leftOut, outcome, cutOff }) =>
      csvLine([
        line,
        email,
        name,
        leftOut ?? `is ${outcome}`,
        ...[cutOff?.live, cutOff?.keys, cutOff?.sessions, cutOff?.calls].map((n) => n ?? 0),
      ]),
    ),
  ].join('');
