// Access reviews: admins start them, reviewers keep or block each account.
import { DomainError, refusedFields } from '../../domain/domain-error.ts';
import { reviewEnd } from '../../domain/review.ts';
import { knownTimeZone } from '../../domain/time-words.ts';
import { listCustomGroups } from '../../operations/groups/list-custom.ts';
import { listProducts } from '../../operations/products/list.ts';
import { answerReview } from '../../operations/reviews/answer.ts';
import { endReview } from '../../operations/reviews/end.ts';
import { listReviews } from '../../operations/reviews/list.ts';
import { listOwnReviews } from '../../operations/reviews/list-own.ts';
import { listRowsOfReview } from '../../operations/reviews/list-rows.ts';
import { planReview } from '../../operations/reviews/plan.ts';
import { reportReview } from '../../operations/reviews/report.ts';
import type { ReviewView } from '../../operations/reviews/review.ts';
import { showReview } from '../../operations/reviews/show.ts';
import { showReviewRow } from '../../operations/reviews/show-row.ts';
import { startReview } from '../../operations/reviews/start.ts';
import { stopReview } from '../../operations/reviews/stop.ts';
import { takeAnswerBack } from '../../operations/reviews/take-back.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { idIn, readCarried } from '../frame/reference.ts';
import { openModalFor } from '../frame/role.ts';
import { uploadFile } from '../jobs/files.ts';
import { type FormValues, listOf, textOf } from '../modals/form.ts';
import { resultModal } from '../modals/open.ts';
import { blockReviewedModal, confirmReviewModal, reviewForm, stopReviewModal } from '../modals/review.ts';
import { button, type ChosenOption } from '../present/blocks.ts';
import {
  accountsText,
  ownReviewBlocks,
  reviewedAccount,
  reviewedText,
  reviewMessage,
  reviewRow,
} from '../present/review.ts';
import { cut, escapeText, formatDate } from '../present/text.ts';
import { whyNoUpload } from './usage.ts';

const REVIEWS_A_PAGE = 10;
const ACCOUNTS_A_PAGE = 10;
const MAX_REVIEWS_SEARCHED = 100;

const reviewPages = definePages(
  'reviews',
  async (request, _query, page) => {
    const { reviews, next, count } = await listReviews(request.context, page);
    const role = await request.role();
    const own = await ownIds(request);
    return {
      title: 'Access reviews',
      rows: reviews.map((review) => reviewRow(review, role, own.has(review.id))),
      next,
      count,
      none: 'There was no access review yet. `/apim-user review start` asks people who still needs their access.',
      buttons: role === 'admin' ? [button('review-start-ask', 'Start', '-', { style: 'primary' })] : [],
    };
  },
  REVIEWS_A_PAGE,
);

const ownIds = async (request: SlackRequest): Promise<Set<string>> =>
  new Set((await listOwnReviews(request.context, {})).reviews.map(({ id }) => id));

type RowsQuery = { reviewId: string; isWaiting?: true };

const rowPages = definePages<RowsQuery>(
  'review-rows',
  async (request, { reviewId, isWaiting }, page) => {
    const { review, rows, mayAnswer, next, count } = await listRowsOfReview(request.context, {
      reviewId: String(reviewId),
      isWaiting: isWaiting === true,
      ...page,
    });
    const { waiting } = review.progress;
    const isOpen = review.state === 'open';
    return {
      title: `Access review of ${reviewedText(review).replaceAll('*', '')}`,
      rows: rows.map((row) => reviewedAccount(row, mayAnswer && isOpen)),
      next,
      count,
      none: 'No account waits for an answer.',
      ...(isOpen
        ? {
            filters: [
              { text: 'All', query: { reviewId }, isChosen: !isWaiting },
              {
                text: `Unanswered (${waiting})`,
                query: { reviewId, isWaiting: true as const },
                isChosen: isWaiting === true,
              },
            ],
            note: `${mayAnswer ? 'An answer counts at once, and you can undo it until the review ends' : 'You look on: others answer'}, ${formatDate(review.endsAt)}.`,
          }
        : {}),
    };
  },
  ACCOUNTS_A_PAGE,
);

/** Opens the page of the first account that waits. */
const openRows = (request: SlackRequest, reviewId: string): Promise<void> =>
  request.openModal(async () => {
    const { firstWaiting } = await listRowsOfReview(request.context, { reviewId, limit: 1 });
    const before = Math.max(0, (firstWaiting ?? 1) - 1);
    const from = before - (before % ACCOUNTS_A_PAGE);
    return resultModal('Access review', await rowPages.draw(request, { query: { reviewId }, from }));
  });

async function list(request: SlackRequest): Promise<void> {
  if ((await request.role()) !== null) return request.reply(await reviewPages.first(request, {}));
  const { reviews } = await listOwnReviews(request.context, {});
  const blocks = ownReviewBlocks(reviews);
  const text = blocks.length ? 'Access reviews' : 'No access review waits for you.';
  await request.reply({ text, ...(blocks.length ? { blocks } : {}) });
}

/** By words of what it is about; the newest without any. */
async function show(request: SlackRequest, words: string): Promise<void> {
  const { reviews } = await listReviews(request.context, { limit: MAX_REVIEWS_SEARCHED });
  const found = reviews.find(({ scopeName }) => scopeName.toLowerCase().includes(words.toLowerCase()));
  if (!found) throw new DomainError('review_not_found');
  await replyWith(request, found);
}

async function replyWith(request: SlackRequest, review: ReviewView): Promise<void> {
  const isAsked = (await ownIds(request)).has(review.id);
  await request.reply(reviewMessage(review, await request.role(), isAsked));
}

/** `product:Starter until 14d`, in any part. */
const start = (request: SlackRequest, words: readonly string[]): Promise<void> =>
  openModalFor(request, startReview, {}, async (attempting) => {
    const at = words.findIndex((word) => /^(until|till|for)$/i.test(word));
    const about = (at < 0 ? words : words.slice(0, at)).join(' ');
    return reviewForm({
      about: about === '' ? null : await reviewedNamed(attempting, about),
      end: at < 0 ? '' : words.slice(at + 1).join(' '),
      timeZone: knownTimeZone(request.actor.timeZone),
    });
  });

/** Errors: `product_not_found`; `group_not_found`. */
async function reviewedNamed({ context }: SlackRequest, typed: string): Promise<ChosenOption> {
  const [, kind = '', name = ''] = /^(?:(product|group):)?(.*)$/is.exec(typed) ?? [];
  if (kind === '' && /^all( active accounts)?$/i.test(name))
    return { id: 'all', name: 'All active accounts' };
  const isNamed = (one: { id: string; name: string }) =>
    [one.id, one.name].some((known) => known.toLowerCase() === name.toLowerCase());
  if (kind !== 'group') {
    const byName = (await listProducts(context, { text: name })).products.find(isNamed);
    const product = byName ?? (await listProducts(context, { ids: [name] })).products[0];
    if (product) return { id: `product:${product.id}`, name: `${product.name} · product` };
  }
  const group = kind === 'product' ? undefined : (await listCustomGroups(context, {})).find(isNamed);
  if (!group) throw new DomainError(kind === 'group' ? 'group_not_found' : 'product_not_found');
  return { id: `group:${group.id}`, name: `${group.name} · group` };
}

type Scope = Pick<Parameters<typeof planReview>[1], 'scope' | 'scopeId'>;

function scopeIn(values: FormValues): Scope {
  const [, kind, scopeId = ''] = /^(product|group):(.+)$/s.exec(textOf(values, 'reviewed')) ?? [];
  return kind === undefined ? { scope: 'all' } : { scope: kind as 'product' | 'group', scopeId };
}

/** Shows what the review would do; nothing starts yet. */
async function plan(request: SlackRequest, values: FormValues) {
  const about = { ...scopeIn(values), people: listOf(values, 'people') };
  const now = request.context.clock();
  const end = reviewEnd(textOf(values, 'end'), now, knownTimeZone(request.actor.timeZone));
  const planned = await planReview(request.context, about);
  const choices = {
    atEnd: textOf(values, 'atEnd') || 'escalate',
    hasReminders: values.hasReminders === true,
  };
  return confirmReviewModal(
    { ...planned, scope: about.scope },
    { ...choices, end },
    { ...about, ...choices, end: end.toISOString(), note: textOf(values, 'note') },
  );
}

/** The report as a page and a table, in the direct message, which no one else reads. */
async function report(request: SlackRequest, reviewId: string): Promise<void> {
  const { client, actor, context } = request;
  const files = [
    await reportReview(context, { reviewId, format: 'html' }),
    await reportReview(context, { reviewId, format: 'csv' }),
  ];
  try {
    const { channel } = await client.conversations.open({ users: actor.userId });
    const to = { client, apiUrl: client.slackApiUrl, channelId: String(channel?.id) };
    for (const { name, text } of files) await uploadFile(to, { name, bytes: Buffer.from(text) });
    await request.reply({ text: 'The report is in our direct message: a page to print, and a table.' });
  } catch (error) {
    await request.reply({ text: `The report couldn't be sent: ${whyNoUpload(error)}` });
  }
}

const rowIn = (value: string) => {
  const { id, version } = readCarried<{ id: string; version: number }>(value);
  return { rowId: String(id), expectedVersion: Number(version) };
};

export const reviewFeature: Feature = {
  command: {
    name: 'review',
    aliases: ['reviews', 'recertify', 'attest'],
    usage: 'review [start [product:NAME | group:NAME | all] [until 14d] | show [NAME]]',
    summary:
      'Lists access reviews, or starts one: people you choose keep or block each account of a product, of a group, or of all, and an auditor gets the report.',
    example: '/apim-user review start product:Starter until 14d',
    who: 'everyone',
    async run(request, [verb, ...words]) {
      if (verb === 'start') return start(request, words);
      if (verb === 'show') return show(request, words.join(' '));
      return verb === undefined ? list(request) : start(request, [verb, ...words]);
    },
  },
  buttons: {
    ...reviewPages.buttons,
    ...rowPages.buttons,
    'review-start-ask': (request) => start(request, []),
    'review-open': (request, value) => openRows(request, idIn(value)),
    'review-show': async (request, value) =>
      replyWith(request, (await showReview(request.context, { reviewId: idIn(value) })).review),
    'review-report': (request, value) => report(request, idIn(value)),
    'review-end': async (request, value) => {
      await endReview(request.context, { reviewId: idIn(value) });
      await request.reply({ text: 'Ended. The report comes within a few minutes.' });
    },
    'review-stop': (request, value) =>
      openModalFor(request, stopReview, { reviewId: idIn(value) }, async ({ context }) =>
        stopReviewModal((await showReview(context, { reviewId: idIn(value) })).review),
      ),
    // The list is drawn again, which shows the answer.
    'review-keep': async (request, value) => {
      await answerReview(request.context, { ...rowIn(value), answer: 'keep' });
    },
    'review-block': (request, value) =>
      openModalFor(request, answerReview, {}, async ({ context }) =>
        blockReviewedModal(await showReviewRow(context, rowIn(value))),
      ),
    'review-take-back': (request, value) => takeAnswerBack(request.context, rowIn(value)),
  },
  submissions: {
    'review-plan': {
      check: (values, { now }) => ({
        ...(textOf(values, 'reviewed') ? {} : { reviewed: 'Choose a product, a group or all' }),
        ...refusedFields(() => reviewEnd(textOf(values, 'end'), now)),
      }),
      run: plan,
    },
    'review-start': {
      async run(request, _values, metadata) {
        const { review } = await startReview(request.context, withoutMark(metadata) as never);
        const people = escapeText(cut(review.people.map(({ name }) => name).join(', '), 300));
        return {
          text: `Started: ${people} ${review.people.length === 1 ? 'is' : 'are'} asked about ${accountsText(review.total)} in ${reviewedText(review)}, until ${formatDate(review.endsAt)}. \`/apim-user review\` shows how far it is.`,
        };
      },
    },
    'review-block': {
      async run(request, values, metadata) {
        const { name, isRequest } = await answerReview(request.context, {
          ...rowIn(JSON.stringify(metadata)),
          answer: 'block',
          reason: textOf(values, 'reason'),
          tellDeveloper: values.tellDeveloper === true,
        });
        const who = escapeText(name);
        return {
          text: isRequest
            ? `Asked to block *${who}*. An operator decides; until then nothing changes.`
            : `Blocked *${who}*. Undo on the account takes it back until the review ends.`,
        };
      },
    },
    'review-stop': {
      check: (values) => (textOf(values, 'reason') ? {} : { reason: 'Say why; the report shows it' }),
      async run(request, values, metadata) {
        const reason = textOf(values, 'reason');
        const { review } = await stopReview(request.context, { reviewId: String(metadata.id), reason });
        return {
          text: `Stopped the review of ${reviewedText(review)}. The report comes within a few minutes.`,
        };
      },
    },
  },
};

/** What the form's second step carries, without what the frame adds. */
const withoutMark = ({ service: _s, list: _l, ...input }: Record<string, unknown>) => input;
