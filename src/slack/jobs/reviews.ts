// The messages of access reviews: one for each reviewer, reminders, and the report.
import { planReviewCards } from '../../operations/cards/plan-review.ts';
import { listOperators } from '../../operations/operators/list.ts';
import { loseReviewer } from '../../operations/reviews/lose-reviewer.ts';
import { reportReview } from '../../operations/reviews/report.ts';
import type { ReviewView } from '../../operations/reviews/review.ts';
import { actions, section } from '../present/blocks.ts';
import { accountsText, openButton, progressText, reviewCard, reviewedText } from '../present/review.ts';
import { formatDate } from '../present/text.ts';
import type { SlackJob, SlackJobDependencies } from './dependencies.ts';
import { openDirectMessage, post, userIdIn } from './direct-messages.ts';
import { uploadFile } from './files.ts';
import { paintCards } from './paint.ts';

/** More people hear of a review in App Home alone. */
const MAX_MESSAGES = 50;

/** The first one posts the messages; later ones show how far the review is. */
export const repaintReview: SlackJob<'repaint-review'> = async (dependencies, { reviewId }) => {
  const plan = (channels: string[]) => planReviewCards(dependencies.system(), { reviewId, channels });
  const first = await plan([]);
  const { review } = first;
  const channels =
    review.state === 'open'
      ? await channelsOf(dependencies, reviewId, [...first.people, ...first.admins])
      : [];
  const { cards, review: shown } = channels.length > 0 ? await plan(channels) : first;
  await paintCards(dependencies, cards, shown.version, () => reviewCard(shown));
};

/** Slack may no longer count a reviewer as a member. They are noted as lost: once none is left, the admins are asked. */
async function channelsOf(
  dependencies: SlackJobDependencies,
  reviewId: string,
  people: readonly string[],
): Promise<string[]> {
  const { system, teamId } = dependencies;
  const channels: string[] = [];
  for (const person of new Set(people)) {
    const userId = userIdIn(dependencies, person);
    if (!userId) continue;
    const { membership } = await system().people.actorOf(userId, teamId);
    const channel = membership === 'member' ? await openDirectMessage(dependencies, userId) : null;
    if (channel) channels.push(channel);
    else await loseReviewer(system(), { reviewId, person });
  }
  return channels.slice(0, MAX_MESSAGES);
}

const NEWS = {
  waiting: ({ progress, endsAt }: ReviewView) =>
    `still has ${accountsText(progress.waiting)} without an answer, and ends ${formatDate(endsAt)}.`,
  escalated: ({ progress, endsAt }: ReviewView) =>
    `has reached its end with ${accountsText(progress.waiting)} unanswered. The admins can answer until ${formatDate(endsAt)}.`,
  'handed-over': ({ progress, endsAt }: ReviewView) =>
    `has no reviewer left who can answer. The admins are asked about ${accountsText(progress.waiting)}, until ${formatDate(endsAt)}.`,
};

export const tellOfReview: SlackJob<'tell-of-review'> = async (dependencies, { reviewId, news }) => {
  const { review, people, admins } = await planReviewCards(dependencies.system(), { reviewId, channels: [] });
  if (review.state !== 'open' || review.progress.waiting === 0) return;
  const asked = news === 'waiting' ? [...people, ...admins] : admins;
  const text = `The access review of ${reviewedText(review)} ${NEWS[news](review)}`;
  for (const channel of await channelsOf(dependencies, reviewId, asked))
    await post(dependencies, channel, { text, blocks: [section(text), actions([openButton(review)])] });
};

/** To the admin who started it; to all admins when that was the console, or they are no operator any more. */
export const sendReviewReport: SlackJob<'send-review-report'> = async (dependencies, { reviewId }) => {
  const { client, apiUrl, system, teamId } = dependencies;
  const { review } = await planReviewCards(system(), { reviewId, channels: [] });
  const operators = await listOperators(system(), { teamId });
  const starter = userIdIn(dependencies, review.startedBy);
  const isThere = operators.some(({ slackUserId }) => slackUserId === starter);
  const admins = operators.flatMap(({ role, slackUserId }) => (role === 'admin' ? slackUserId : []));
  const files = [
    await reportReview(system(), { reviewId, format: 'html' }),
    await reportReview(system(), { reviewId, format: 'csv' }),
  ];
  const comment = `The report on the access review of ${reviewedText(review)}. ${progressText(review)}.`;
  for (const userId of isThere && starter ? [starter] : admins) {
    const channelId = await openDirectMessage(dependencies, userId);
    if (!channelId) continue;
    for (const [at, { name, text }] of files.entries())
      await uploadFile(
        { client, apiUrl, channelId },
        { name, bytes: Buffer.from(text), ...(at === 0 ? { comment } : {}) },
      );
  }
};
