import type { ModalView } from '@slack/types';
import { MAX_REVIEW_END_LENGTH, USUAL_REVIEW } from '../../domain/review.ts';
import { MAX_REASON_LENGTH } from '../../operations/frame/input.ts';
import { nameOfRow } from '../../operations/reviews/report-words.ts';
import type { ReviewView } from '../../operations/reviews/review.ts';
import type { showReviewRow } from '../../operations/reviews/show-row.ts';
import { referenceTo } from '../frame/reference.ts';
import {
  type ChosenOption,
  checkbox,
  choiceInput,
  modal,
  peopleInput,
  searchInput,
  section,
  textInput,
} from '../present/blocks.ts';
import { cutOffText } from '../present/counts.ts';
import { accountLines, accountsText, progressText, reviewedText } from '../present/review.ts';
import { escapeText, formatDate } from '../present/text.ts';

export const reviewForm = (typed: { about: ChosenOption | null; end: string; timeZone: string }): ModalView =>
  modal({
    callback: 'review-plan',
    title: 'Start an access review',
    submit: 'Continue',
    blocks: [
      searchInput('reviewed', 'Who is reviewed', {
        placeholder: 'A product, a group, or all',
        hint: 'The active accounts of this moment. Later ones are not part of it.',
        chosen: typed.about,
      }),
      peopleInput(
        'people',
        'Who answers',
        'Leave it empty to ask all operators. People without a role see the names, emails and calls of these developers too, and their blocks become requests.',
      ),
      textInput('end', 'Ends', {
        optional: true,
        value: typed.end,
        maxLength: MAX_REVIEW_END_LENGTH,
        hint: `For example 14 days, friday 18:00 or 2026-12-24 (${typed.timeZone}). Empty: ${USUAL_REVIEW}.`,
      }),
      choiceInput('atEnd', 'Accounts without an answer then', [
        { value: 'escalate', text: 'Ask the admins, for a week more' },
        { value: 'block', text: 'Block them, with a mail' },
      ]),
      checkbox('hasReminders', 'Reminders', 'Remind after half of the time, and a day before the end', true),
      textInput('note', 'Note to the reviewers', {
        optional: true,
        multiline: true,
        maxLength: MAX_REASON_LENGTH,
      }),
    ],
  });

type Plan = { scope: ReviewView['scope']; name: string; count: number; reviewers: { name: string }[] };
type Choices = { end: Date; atEnd: string; hasReminders: boolean };

/** Says what a review would do. `metadata` has its input. */
export const confirmReviewModal = (
  { scope, name, count, reviewers }: Plan,
  { end, atEnd, hasReminders }: Choices,
  metadata: Record<string, unknown>,
): ModalView =>
  modal({
    callback: 'review-start',
    title: 'Start an access review',
    submit: 'Start',
    metadata,
    blocks: [
      section(
        `*${escapeText(reviewers.map((one) => one.name).join(', '))}* ${reviewers.length === 1 ? 'gets' : 'each get'} one direct message, and can keep or block ${count === 1 ? 'the one account' : `each of ${accountsText(count)}`} in ${reviewedText({ scope, scopeName: name })}, until ${formatDate(end)}.`,
      ),
      section(
        [
          reviewers.length > 1
            ? '• They share the list: one answer an account is enough, and all see it.'
            : '• No one else answers.',
          '• A block is an ordinary block: from the next request on, the developer can’t sign in or call APIs.',
          hasReminders
            ? '• They are reminded after half of the time, and a day before the end.'
            : '• There are no reminders.',
          atEnd === 'block'
            ? '• Accounts without an answer are then *blocked*, and their developers get a mail.'
            : '• Accounts without an answer then go to the admins, for a week more. After that they stay as they are.',
          '• At the end you get the report as a table and as a page to print.',
        ].join('\n'),
      ),
    ],
  });

export function blockReviewedModal({
  row,
  cutOff,
  isOperator,
}: Awaited<ReturnType<typeof showReviewRow>>): ModalView {
  const name = escapeText(nameOfRow(row));
  const what = isOperator
    ? `From the next request on, *${name}* can't sign in or call APIs.${cutOffText(cutOff)}`
    : `You have no role here, so this asks the operators to block *${name}*. They decide within a day.`;
  return modal({
    callback: 'review-block',
    title: 'Block an account',
    submit: isOperator ? 'Block' : 'Ask to block',
    metadata: referenceTo(row),
    blocks: [
      section(what),
      section(accountLines(row).join('\n')),
      textInput('reason', 'Reason', {
        optional: true,
        maxLength: MAX_REASON_LENGTH,
        hint: 'For operators and the report.',
      }),
      checkbox('tellDeveloper', 'Mail', 'Tell the developer by mail', true),
    ],
  });
}

export const stopReviewModal = (review: ReviewView): ModalView =>
  modal({
    callback: 'review-stop',
    title: 'Stop a review',
    submit: 'Stop',
    metadata: { id: review.id },
    blocks: [
      section(
        `Of ${reviewedText(review)}. ${progressText(review)}. Answers stay as they are; accounts without one are left as they are.`,
      ),
      textInput('reason', 'Reason', { maxLength: MAX_REASON_LENGTH, hint: 'The report shows it.' }),
    ],
  });
