// Draws a difference with Azure: the question for operators, and what became of it.
import type { Button, KnownBlock } from '@slack/types';
import type { DriftView } from '../../operations/azure/drift-view.ts';
import { buttonValue } from '../frame/reference.ts';
import { fieldWords, isSeveral, thingWords } from './azure-words.ts';
import { actions, button, context, header, type Message, row, section } from './blocks.ts';
import { capital, cut, escapeText, formatDate, joinLines } from './text.ts';

/** Longer values, such as the text of a mail, are cut. */
const MAX_VALUE_SHOWN = 500;
const MAX_VALUE_IN_ROW = 60;

type CardPlace = {
  /** People without a role can read the channel, so personal values are left out. */
  isExposed: boolean;
};

export function driftCard(drift: DriftView, { isExposed }: CardPlace): Message {
  if (drift.state !== 'open') {
    const text = outcomeOf(drift, isExposed);
    return { text, blocks: [section(`*${text}*`), ...showButtons(drift)] };
  }
  const title = titleOf(drift, isExposed);
  const lines = [
    ...valueLines(drift, isExposed),
    `*Why you're asked:* ${whyOf(drift)}`,
    ...changeLines(drift, isExposed),
  ];
  return {
    text: escapeText(title),
    blocks: [
      header(title),
      ...joinLines(lines).map(section),
      context(effectsOf(drift)),
      actions([...decisionButtons(drift, isExposed), ...showButton(drift)]),
    ],
  };
}

/** The difference in a list. */
export function driftRow(drift: DriftView): KnownBlock[] {
  const { values } = drift;
  const shown = (value: string | null) => (value === null ? 'not there' : valueText(value, MAX_VALUE_IN_ROW));
  const facts = [
    `*${escapeText(titleOf(drift, false))}*`,
    ...(drift.field !== EXISTS && values
      ? [`Here: ${shown(values.ours)} · In Azure: ${shown(values.theirs)}`]
      : []),
    whyOf(drift),
  ];
  const entries = [
    { text: 'Show', button: 'azure-difference' },
    ...decisionsOn(drift).map(({ action, text }) => ({ text, button: action })),
  ];
  return row(facts.join('\n'), { value: buttonValue(drift), entries });
}

const EXISTS = 'exists';

/** In plain text. */
function titleOf(drift: DriftView, isExposed: boolean): string {
  const thing = thingWords(drift, isExposed);
  if (drift.field === EXISTS) return capital(`${thing} ${EXISTENCE[existenceOf(drift)]}`);
  const field = `the ${fieldWords(drift.field)} of ${thing}`;
  const several = isSeveral(drift.field);
  return capital(
    drift.isFight
      ? `${field} ${several ? 'keep' : 'keeps'} changing on both sides`
      : `${field} ${several ? 'differ' : 'differs'} in Azure`,
  );
}

const EXISTENCE = {
  gone: 'is gone in Azure',
  'only-here': "isn't in Azure",
  'only-there': 'is only in Azure',
  deleted: 'was deleted here, and is still in Azure',
};

const existenceOf = ({ isThere, reason }: DriftView): keyof typeof EXISTENCE =>
  isThere
    ? reason === 'only-there'
      ? 'only-there'
      : 'deleted'
    : reason === 'only-here'
      ? 'only-here'
      : 'gone';

function valueLines({ field, kind, values }: DriftView, isExposed: boolean): string[] {
  if (field === EXISTS || !values) return [];
  const isHidden = isExposed && ['account', 'notification'].includes(kind) && field !== 'state';
  const shown = (value: string | null) =>
    isHidden ? 'not shown in this channel' : valueText(value ?? '', MAX_VALUE_SHOWN);
  return [`*Here:* ${shown(values.ours)}`, `*In Azure:* ${shown(values.theirs)}`];
}

/** A moment in the reader's time zone, and words for yes, no and nothing. */
function valueText(value: string, max: number): string {
  if (value === '') return 'empty';
  if (value === 'true' || value === 'false') return value === 'true' ? 'yes' : 'no';
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return formatDate(new Date(value));
  return escapeText(cut(value, max));
}

function changeLines({ changedBy, changedAt, isThere }: DriftView, isExposed: boolean): string[] {
  const what = isThere ? 'Changed in Azure' : 'Deleted in Azure';
  if (!changedAt) return [];
  const by = changedBy && !isExposed ? ` by ${escapeText(changedBy)}` : '';
  return [`*${what}:*${by} ${formatDate(changedAt)}`];
}

const WATCHES = 'this service only watches Azure';
const REASONS: Record<DriftView['reason'], string> = {
  fight:
    'the two sides changed it against each other three times within an hour. This app has stopped writing it',
  'gone-there': 'it was in Azure before, and taking that over would delete it here',
  'only-there': "it can't be taken in as it is",
  'deleted-here': 'it was deleted here, and changed in Azure meanwhile',
  'only-here': `it was never in Azure, and ${WATCHES}`,
  'changed-here': `it was changed here, and ${WATCHES}`,
  'changed-there': 'it was changed in Azure, and an operator here had decided its value before',
  'both-changed': 'it was changed on both sides',
  'never-agreed': 'it was already different when the two sides were first compared',
};

function whyOf({ reason, mode, refusal }: DriftView): string {
  const why =
    reason === 'deleted-here' && mode === 'watch' ? `it was deleted here, and ${WATCHES}` : REASONS[reason];
  return `${capital(why)}.${refusal ? ` Azure's value was refused here: ${escapeText(refusal)}` : ''}`;
}

/** What each button does. */
function effectsOf(drift: DriftView): string {
  const { isThere, isHere, mode } = drift;
  const exists = drift.field === EXISTS;
  const later = mode === 'watch' ? 'as soon as the mode allows it' : 'now';
  const take =
    exists && !isThere ? '' : exists ? "*Take Azure's* creates it here." : "*Take Azure's* changes it here.";
  const keep = !canKeep(drift)
    ? ''
    : exists && !isHere
      ? `*Keep ours* deletes it in Azure, ${mode === 'full' ? 'now' : 'as soon as the mode allows it'}.`
      : exists
        ? `*Keep ours* creates it in Azure again, ${later}.`
        : `*Keep ours* writes our value to Azure, ${later}.`;
  return [take, keep, '*Leave alone* changes nothing, and asks again only when a side changes.']
    .filter(Boolean)
    .join(' ');
}

type Decision = { action: 'azure-take' | 'azure-keep' | 'azure-leave'; text: string };

/** APIs are never written to Azure. What only our side changed is kept already. */
const canKeep = ({ kind, isAsked }: DriftView): boolean => kind !== 'api' && isAsked;

function decisionsOn(drift: DriftView): Decision[] {
  const all: (Decision | false)[] = [
    // Taking over that it is gone is a deletion, which has a button of its own.
    (drift.isThere || drift.field !== EXISTS) && { action: 'azure-take', text: "Take Azure's" },
    canKeep(drift) && { action: 'azure-keep', text: 'Keep ours' },
    { action: 'azure-leave', text: 'Leave alone' },
  ];
  return all.filter((one) => one !== false);
}

function decisionButtons(drift: DriftView, isExposed: boolean): Button[] {
  const about = titleOf(drift, isExposed);
  const isDeletion = drift.field === EXISTS && !drift.isHere;
  const ask = { text: 'Azure deletes it there, with its subscriptions.', yes: 'Delete in Azure' };
  return [
    ...decisionsOn(drift).map(({ action, text }) =>
      button(action, text, buttonValue(drift), {
        label: `${text}: ${about}`,
        ...(action === 'azure-keep' && isDeletion ? { ask } : {}),
      }),
    ),
    ...deleteButton(drift, about),
  ];
}

/** The button of an ordinary deletion, with its form and its second operator. */
const DELETE_BUTTONS: Partial<Record<DriftView['kind'], string>> = {
  account: 'account-delete',
  api: 'api-delete',
  group: 'group-delete',
  product: 'product-delete',
  subscription: 'subscription-delete',
};

function deleteButton({ field, isThere, kind, ourRow, reason }: DriftView, about: string): Button[] {
  const action = DELETE_BUTTONS[kind];
  if (field !== EXISTS || isThere || !action || !ourRow || reason === 'only-here') return [];
  return [
    button(action, 'Delete it here', buttonValue(ourRow), {
      style: 'danger',
      label: `Delete it here: ${about}`,
    }),
  ];
}

const SHOW_BUTTONS: Partial<Record<DriftView['kind'], string>> = {
  account: 'list-show',
  subscription: 'subscription-show',
};

function showButton({ kind, ourRow, label }: DriftView): Button[] {
  const action = SHOW_BUTTONS[kind];
  return action && ourRow
    ? [button(action, kind === 'account' ? 'Show account' : 'Show', ourRow.id, { label: `Show ${label}` })]
    : [];
}

function showButtons(drift: DriftView): KnownBlock[] {
  const buttons = showButton(drift);
  return buttons.length ? [actions(buttons)] : [];
}

/** "Ada Admin kept our email of Ann Lee, Nov 24 at 5:40 PM", in mrkdwn. */
export function outcomeOf(drift: DriftView, isExposed: boolean): string {
  const { state, field, settledByName, endedAt, isHere } = drift;
  const thing = escapeText(thingWords(drift, isExposed));
  const at = endedAt ? `, ${formatDate(endedAt)}` : '';
  const who = escapeText(settledByName);
  const words = fieldWords(field);
  const exists = field === EXISTS;
  if (state === 'taken') return `${who} took Azure's ${exists ? thing : `${words} of ${thing}`}${at}`;
  if (state === 'kept')
    return `${who} ${exists ? (isHere ? `kept ${thing}` : `kept ${thing} deleted`) : `kept our ${words} of ${thing}`}${at}`;
  if (state === 'left')
    return `${who} left ${exists ? thing : `the ${words} of ${thing}`} as ${isSeveral(field) ? 'they are' : 'it is'} on each side${at}`;
  const same = exists ? thing : `the ${words} of ${thing}`;
  return `${capital(same)} ${isSeveral(field) ? 'are' : 'is'} the same on both sides again${at}`;
}
