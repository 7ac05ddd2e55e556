// Draws what became of invitations: one message for all that were sent together.
import type { KnownBlock } from '@slack/types';
import type { BatchReport } from '../../operations/cards/plan-invitations.ts';
import { buttonValue } from '../frame/reference.ts';
import { actions, button, type Message, section } from './blocks.ts';
import { escapeText, formatDate } from './text.ts';

/** What Revoke does, asked before it is done. */
export const revokeWarning = (email: string): string =>
  `The link mailed to ${email} stops working. They get no mail about it.`;

type Ended = BatchReport['latest'][number];

export function invitationsMessage(report: BatchReport): Message {
  const { total, latest, role } = report;
  const [only] = latest;
  const isSingle = total === 1;
  const text = isSingle ? `*${singleText(only)}*` : batchText(report);
  const rows: KnownBlock[] = latest.map((one) => {
    const accessory = buttonOf(one, role);
    const row = section(isSingle ? `*${singleText(one)}*\n${detailText(one)}` : rowText(one));
    return { ...row, ...(accessory ? { accessory } : {}) } as KnownBlock;
  });
  const ended = latest.length;
  const all = Object.entries(report.counts).reduce((sum, [state, n]) => sum + (state === 'open' ? 0 : n), 0);
  const head = isSingle && only ? [] : [section(text)];
  const more = all > ended ? [section(`… and ${(all - ended).toLocaleString('en-US')} more`)] : [];
  const list =
    !isSingle && role === 'admin' && report.counts.open
      ? [button('menu-invites', 'Open invitations', '-')]
      : [];
  const stop = button('invitation-messages-off', 'Turn off these messages', '-');
  return { text: text.replaceAll('*', ''), blocks: [...head, ...rows, ...more, actions([...list, stop])] };
}

/** Undefined: it was sent again, and is open. */
function singleText(one: Ended | undefined): string {
  if (!one) return 'Your invitation was sent again';
  if (one.state === 'accepted') return `${nameOf(one)} accepted your invitation`;
  if (one.state === 'expired') return `${nameOf(one)} didn't accept your invitation in time`;
  return `Your invitation to ${nameOf(one)} was revoked`;
}

function detailText({ state, email, endedAt }: Ended): string {
  const when = endedAt ? formatDate(endedAt) : '';
  if (state === 'expired') return `The link expired ${when}.`;
  return state === 'accepted' && email !== '' ? `${escapeText(email)} · ${when}` : when;
}

function batchText({ total, counts }: BatchReport): string {
  const { accepted = 0, expired = 0, revoked = 0, open = 0 } = counts;
  const number = (count: number) => count.toLocaleString('en-US');
  const rest = [
    ...(open > 0 ? [`${number(open)} still open`] : []),
    ...(expired > 0 ? [`${number(expired)} expired`] : []),
    ...(revoked > 0 ? [`${number(revoked)} revoked`] : []),
  ];
  const people = `*${number(accepted)} of ${number(total)} people accepted your invitations.*`;
  return rest.length > 0 ? `${people} ${rest.join(', ')}.` : people;
}

const STATES: Record<Ended['state'], string> = {
  open: 'is open',
  accepted: 'accepted',
  expired: 'expired',
  revoked: 'was revoked',
};

function rowText(one: Ended): string {
  const email = one.account?.name && one.email ? ` (${escapeText(one.email)})` : '';
  return `${nameOf(one)}${email}: ${STATES[one.state]} ${one.endedAt ? formatDate(one.endedAt) : ''}`;
}

/** An erased account or invitation has neither name nor email. */
const nameOf = ({ account, email }: Ended): string => escapeText(account?.name || email || 'An erased email');

function buttonOf(one: Ended, role: BatchReport['role']) {
  if (one.state === 'accepted' && one.account && role !== null)
    return button(`list-show:${one.id}`, 'Show account', one.account.id, {
      label: `Show account ${one.account.name}`,
    });
  if (one.state === 'expired' && one.email && role === 'admin')
    return button(`invitation-resend:${one.id}`, 'Invite again', buttonValue(one), {
      label: `Invite ${one.email} again`,
    });
  return null;
}
