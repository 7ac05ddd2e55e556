// Draws the mirror of an Azure API Management instance: how far it is, what waits, and what a card says about it.
import type { Button, KnownBlock } from '@slack/types';
import type { ListedOrder } from '../../operations/azure/list-orders.ts';
import type { MirrorView } from '../../operations/azure/order-view.ts';
import type { MirrorStatus } from '../../operations/azure/show.ts';
import { countText } from '../frame/pages.ts';
import { counted, KINDS, MODES, thingWords, troubleWords } from './azure-words.ts';
import { actions, button, context, header, type Message, section } from './blocks.ts';
import { capital, escapeText, formatDate } from './text.ts';

/** For a service without an instance. */
export const unboundMessage = (): Message => {
  const text = "This service isn't connected to an instance of Azure API Management.";
  return {
    text,
    blocks: [
      section(
        `${text} Once it is, the app mirrors the users, groups, products and subscriptions there, and you run them from Slack.`,
      ),
      section(
        'The person who runs this app sets `AZURE_API_MANAGEMENT` to the id of the instance, as `az apim show --query id` prints it, and restarts the app. It begins in the mode *watch*: it reads and shows differences, and writes nothing to Azure. `docs/azure.md` has the first hour, step by step.',
      ),
    ],
  };
};

export function mirrorMessage(status: MirrorStatus, isAdmin: boolean): Message {
  const { differences, orders, mode } = status;
  const { name, group, subscription } = placeOf(status.path);
  const lines = [
    `*Instance:* ${escapeText(name)} in the resource group ${escapeText(group)} (subscription ${escapeText(subscription)})`,
    `*Mode:* ${mode}. ${MODES[mode]}`,
    `*Comparison:* ${comparisonText(status)}`,
    ...troubleLines(status),
    ...(mode === 'watch' ? [] : [`*Changes for Azure:* ${ordersText(orders)}`]),
    `*Differences:* ${differences === 0 ? 'none is open' : `${countText(differences)} ${differences === 1 ? 'is' : 'are'} open`}.`,
  ];
  const buttons = [
    ...(differences > 0 ? [button('azure-differences', 'Differences', '-')] : []),
    ...(orders.waiting > 0 ? [button('azure-orders:waiting', 'Waiting changes', 'waiting')] : []),
    ...(orders.refused > 0 ? [button('azure-orders:refused', 'Refused changes', 'refused')] : []),
    ...(isAdmin ? [button('azure-mode', 'Change the mode', '-')] : []),
  ];
  return {
    text: `Azure API Management: ${escapeText(name)}, mode ${mode}`,
    blocks: [
      header('Azure API Management'),
      section(lines.join('\n')),
      context(STAYS_HERE),
      ...(buttons.length ? [actions(buttons)] : []),
    ],
  };
}

const STAYS_HERE =
  'Azure has no invitations, approvals, ends of blocks, reasons, history, or limits of single subscriptions, so these stay here. Azure never tells passwords, so a developer from there chooses a new one here: *Reset password* mails the link.';

/** From a path whose form the settings have checked. */
function placeOf(path: string): { name: string; group: string; subscription: string } {
  const parts = path.split('/');
  const after = (word: string) => parts[parts.findIndex((part) => part.toLowerCase() === word) + 1] ?? '';
  return { name: parts.at(-1) ?? '', group: after('resourcegroups'), subscription: after('subscriptions') };
}

function comparisonText(status: MirrorStatus, first = 'The first one'): string {
  const { firstPassEndedAt, passEndedAt, passBegunAt } = status;
  const last =
    passEndedAt && firstPassEndedAt ? `The last complete one ended ${formatDate(passEndedAt)}.` : '';
  const under = progressText(status);
  if (!under) return last || `${first} hasn't begun yet.`;
  const begun = passBegunAt ? `, begun ${formatDate(passBegunAt)}` : '';
  return [`${firstPassEndedAt ? 'One' : first} is under way: ${under}${begun}.`, last]
    .filter(Boolean)
    .join(' ');
}

/** "12,300 of 100,000 accounts read". Null when no comparison is under way. */
function progressText({ phase, progress }: MirrorStatus): string | null {
  if (phase === null || progress === null) return null;
  if (phase === 'missing') return 'looking for what is gone in Azure';
  const { seen = 0, of = null } = progress.find(({ kind }) => kind === phase) ?? {};
  const { many } = KINDS[phase];
  return of !== null && of > seen
    ? `${seen.toLocaleString('en')} of ${of.toLocaleString('en')} ${many} read`
    : `${seen.toLocaleString('en')} ${many} read`;
}

function troubleLines({ trouble, troubleSince, holdUntil }: MirrorStatus): string[] {
  if (!trouble) return [];
  const since = troubleSince ? ` since ${formatDate(troubleSince)}` : '';
  const next = holdUntil ? ` Azure is asked again ${formatDate(holdUntil)}.` : '';
  return [`:warning: *Trouble*${since}: ${capital(troubleWords(trouble) || escapeText(trouble))}.${next}`];
}

function ordersText({ waiting, refused, oldestWaitingAt }: MirrorStatus['orders']): string {
  const since = oldestWaitingAt ? `, the oldest since ${formatDate(oldestWaitingAt)}` : '';
  const wait = waiting === 0 ? 'none is waiting' : `${counted(waiting, 'is', 'are')} waiting${since}`;
  return `${wait}${refused === 0 ? '' : `; Azure refused ${refused.toLocaleString('en')}`}.`;
}

/** App Home's lines: what a person has to know or do. Empty when everything is equal and at rest. */
export function mirrorNotes(status: MirrorStatus): string[] {
  const { firstPassEndedAt, differences, orders, trouble } = status;
  return [
    ...(firstPassEndedAt ? [] : [comparisonText(status, 'The first comparison with Azure')]),
    ...(trouble ? troubleLines(status) : []),
    ...(orders.refused > 0 ? [`Azure refused ${counted(orders.refused, 'change')}.`] : []),
    ...(differences > 0
      ? [
          `${countText(differences)} ${differences === 1 ? 'difference' : 'differences'} with Azure ${differences === 1 ? 'is' : 'are'} open.`,
        ]
      : []),
  ];
}

/** A waiting or refused change in a list. */
export function orderRow(order: ListedOrder): KnownBlock[] {
  const { state, settledAt, changedAt, code, words } = order;
  const why = troubleWords(code, words);
  const what = capital(thingWords({ kind: order.kind, label: order.label }));
  const news =
    state === 'refused'
      ? `refused ${formatDate(settledAt ?? changedAt)}${why ? `: ${why}` : ''}`
      : `waiting since ${formatDate(changedAt)}${why ? `: ${why}` : ''}`;
  const retry = retryButton(order.number, what);
  return [{ ...section(`*${escapeText(what)}* · ${news}`), accessory: retry } as KnownBlock];
}

const retryButton = (number: number, what: string): Button =>
  button('azure-retry', 'Retry', String(number), { label: `Send to Azure again: ${what}` });

/** What a card says about Azure's part, which we promise only once Azure has said so. Empty when there is nothing to say. */
export function mirrorText(mirror: MirrorView | null | undefined): string {
  if (!mirror) return '';
  const { mode, order, trouble } = mirror;
  if (mode === 'watch') return mirror.isSame ? '' : 'not written, because this service only watches';
  if (!order) return '';
  const why = troubleWords(order.code ?? (order.state === 'waiting' ? trouble : null), order.words);
  const because = why ? `: ${why}` : '';
  const settled = formatDate(order.settledAt ?? order.changedAt);
  const texts = {
    done: `done ${settled}`,
    waiting: `waiting since ${formatDate(order.changedAt)}${because}`,
    refused: `refused ${settled}${because}`,
    kept: `not written${because}`,
  };
  return texts[order.state];
}

/** What Azure refused, and what waits because of some trouble. */
const canRetry = ({ mode, order, trouble }: MirrorView): boolean =>
  mode !== 'watch' &&
  order !== null &&
  (order.state === 'refused' || (order.state === 'waiting' && (order.code ?? trouble) !== null));

export const retryButtons = (mirror: MirrorView | null | undefined, name: string): Button[] =>
  mirror?.order && canRetry(mirror) ? [retryButton(mirror.order.number, name)] : [];
