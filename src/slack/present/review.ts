// Draws reviews of access: the message to a reviewer, a line in a list, and an account with its evidence and answer.
import type { Button, KnownBlock } from '@slack/types';
import type { Role } from '../../operations/frame/context.ts';
import {
  answerText,
  letInText,
  nameOfRow,
  subscriptionsText,
} from '../../operations/reviews/report-words.ts';
import type { ReviewView } from '../../operations/reviews/review.ts';
import type { ReviewRowView } from '../../operations/reviews/rows.ts';
import { buttonValue } from '../frame/reference.ts';
import { actions, button, header, type Message, section } from './blocks.ts';
import { cut, escapeText, formatDate } from './text.ts';

const MAX_PEOPLE_NAMED = 10;
const MAX_NAME_SHOWN = 100;

/** "the subscribers of Starter", in mrkdwn. */
export const reviewedText = ({ scope, scopeName }: Pick<ReviewView, 'scope' | 'scopeName'>): string => {
  const name = escapeText(cut(scopeName, MAX_NAME_SHOWN));
  if (scope === 'all') return name;
  return scope === 'product' ? `the subscribers of *${name}*` : `the group *${name}*`;
};

export const accountsText = (count: number): string =>
  count === 1 ? '1 account' : `${count.toLocaleString('en')} accounts`;

/** "5 of 12 answered: 4 kept, 1 blocked". */
export function progressText({ total, progress }: Pick<ReviewView, 'total' | 'progress'>): string {
  const { kept, blocked, requested, gone, waiting } = progress;
  const parts = [
    ...(kept ? [`${kept} kept`] : []),
    ...(blocked ? [`${blocked} blocked`] : []),
    ...(requested ? [`${requested} with a request to block`] : []),
    ...(gone ? [`${gone} blocked or deleted meanwhile`] : []),
  ];
  return `${(total - waiting).toLocaleString('en')} of ${accountsText(total)} settled${parts.length ? `: ${parts.join(', ')}` : ''}`;
}

/** What happens to accounts without an answer. */
const endText = ({ atEnd, escalatedAt, endsAt }: ReviewView): string =>
  atEnd === 'block'
    ? `What isn't answered by ${formatDate(endsAt)} is blocked.`
    : escalatedAt
      ? `What isn't answered by ${formatDate(endsAt)} stays without an answer, and the report says so.`
      : `What isn't answered by ${formatDate(endsAt)} goes to the admins.`;

const endedText = ({ state, endedAt, endedBy, stopReason }: ReviewView): string =>
  state === 'stopped'
    ? `Stopped by ${escapeText(endedBy)}${endedAt ? `, ${formatDate(endedAt)}` : ''}: ${escapeText(stopReason)}`
    : `Ended${endedBy ? ` by ${escapeText(endedBy)}` : ''}${endedAt ? `, ${formatDate(endedAt)}` : ''}.`;

/** The one message that a reviewer has about a review. */
export function reviewCard(review: ReviewView): Message {
  const text = `Access review of ${reviewedText(review)}`;
  if (review.state !== 'open')
    return {
      text,
      blocks: [
        header('Access review'),
        section(`Of ${reviewedText(review)}. ${endedText(review)}`),
        section(`${progressText(review)}.`),
      ],
    };
  const ask = `*${escapeText(review.startedByName)}* asks for ${reviewedText(review)}: who still needs their access? Keep or block each of ${accountsText(review.total)}.`;
  return {
    text,
    blocks: [
      header('Access review'),
      section(`${ask} ${endText(review)}`),
      ...(review.note ? [section(`>${escapeText(review.note).replaceAll('\n', '\n>')}`)] : []),
      section(`${progressText(review)}.`),
      actions([openButton(review)]),
    ],
  };
}

export const openButton = ({ id, scopeName }: Pick<ReviewView, 'id' | 'scopeName'>, suffix = ''): Button =>
  button(`review-open${suffix}`, 'Review accounts', id, {
    style: 'primary',
    label: `Review accounts of ${scopeName}`,
  });

/** A review in the list, with what this person may do. */
export const reviewRow = (review: ReviewView, role: Role | null, isAsked: boolean): KnownBlock[] => [
  section(
    [
      `*Access review* of ${reviewedText(review)} · ${review.state === 'open' ? `open until ${formatDate(review.endsAt)}` : escapeText(review.state)}`,
      `${progressText(review)} · started by ${escapeText(review.startedByName)}, ${formatDate(review.createdAt)}`,
    ].join('\n'),
  ),
  actions(reviewButtons(review, role, isAsked)),
];

function reviewButtons(review: ReviewView, role: Role | null, isAsked: boolean): Button[] {
  const { id, scopeName, state, progress } = review;
  const isOpen = state === 'open';
  const mayEnd = isOpen && role === 'admin';
  const label = (text: string) => ({ label: `${text} of ${scopeName}` });
  return [
    isAsked && isOpen
      ? openButton(review)
      : button('review-open', 'Show accounts', id, label('Accounts in the review')),
    button('review-show', 'Details', id, label('Details of the review')),
    ...(role ? [button('review-report', 'Report', id, label('Report on the review'))] : []),
    ...(mayEnd && progress.waiting === 0
      ? [
          button('review-end', 'End', id, {
            ...label('End the review'),
            ask: { text: 'The report is sent. No answer can be changed after that.', yes: 'End' },
          }),
        ]
      : []),
    ...(mayEnd ? [button('review-stop', 'Stop', id, { style: 'danger', ...label('Stop the review') })] : []),
  ];
}

/** Everything about a review but its accounts. */
export function reviewMessage(review: ReviewView, role: Role | null, isAsked: boolean): Message {
  const { people, adminsSince, startedByName, createdAt, note, state } = review;
  const named = people
    .slice(0, MAX_PEOPLE_NAMED)
    .map(({ name, lostAt }) => `${escapeText(name)}${lostAt ? ' (can no longer answer)' : ''}`);
  const more = people.length > named.length ? ` and ${people.length - named.length} more` : '';
  const facts = [
    `*Started:* ${formatDate(createdAt)}, by ${escapeText(startedByName)}`,
    `*Reviewers:* ${named.join(', ')}${more}${adminsSince ? `, and the admins since ${formatDate(adminsSince)}` : ''}`,
    ...(note ? [`*Note to them:* ${escapeText(note)}`] : []),
    `*So far:* ${progressText(review)}`,
    state === 'open' ? `*Then:* ${endText(review)}` : `*End:* ${endedText(review)}`,
  ];
  return {
    text: `Access review of ${reviewedText(review)}`,
    blocks: [
      header('Access review'),
      section(`Of ${reviewedText(review)}`),
      section(facts.join('\n')),
      actions(reviewButtons(review, role, isAsked)),
    ],
  };
}

/** An account as a reviewer sees it. With `isAsked` it can be answered. */
export function reviewedAccount(row: ReviewRowView, isAsked: boolean): KnownBlock[] {
  const lines = [...accountLines(row), answerLine(row)].filter((line) => line !== '');
  const name = nameOfRow(row);
  const value = buttonValue(row);
  const buttons =
    isAsked && row.isWaiting
      ? [
          button('review-keep', 'Keep', value, { label: `Keep ${name}` }),
          button('review-block', 'Block', value, { style: 'danger', label: `Block ${name}` }),
        ]
      : isAsked && row.answer
        ? [button('review-take-back', 'Undo', value, { label: `Undo the answer for ${name}` })]
        : [];
  return [section(lines.join('\n')), ...(buttons.length ? [actions(buttons)] : [])];
}

/** What is known of an account, in mrkdwn. */
export function accountLines(row: ReviewRowView): string[] {
  const { place, evidence } = row;
  const name = escapeText(nameOfRow(row));
  if (!evidence) return [`*${place}. ${name}*`];
  const { email, lastSignInOn, lastCallOn, calls30, calls90, groups } = evidence;
  const calls = `${calls30.toLocaleString('en')} calls in 30 days, ${calls90.toLocaleString('en')} in 90`;
  const access = [subscriptionsText(evidence), ...(groups.length ? [`groups ${groups.join(', ')}`] : [])];
  return [
    `*${place}. ${name}*${evidence.name ? ` · ${escapeText(email)}` : ''}`,
    `Last sign-in ${lastSignInOn ?? 'never'} · last call ${lastCallOn ?? 'never'} · ${calls}`,
    `${escapeText(cut(letInText(evidence), 300))} · subscriptions: ${escapeText(cut(access.join(' · '), 1_000))}`,
  ];
}

function answerLine(row: ReviewRowView): string {
  const { answer, answeredAt, answeredByName, reason, isWaiting } = row;
  if (isWaiting) return '';
  const by = answer && answeredAt ? ` · ${escapeText(answeredByName)}, ${formatDate(answeredAt)}` : '';
  return `*${escapeText(answerText(row))}*${by}${reason ? ` · ${escapeText(reason)}` : ''}`;
}

/** For App Home: what waits for this person. */
export const ownReviewBlocks = (reviews: readonly ReviewView[]): KnownBlock[] =>
  reviews
    .filter(({ progress }) => progress.waiting > 0)
    .flatMap((review, at) => [
      section(
        `*Access review* of ${reviewedText(review)}: ${accountsText(review.progress.waiting)} wait${review.progress.waiting === 1 ? 's' : ''} for an answer until ${formatDate(review.endsAt)}.`,
      ),
      actions([openButton(review, `:${at}`)]),
    ]);
