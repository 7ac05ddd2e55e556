import type { UsageTime } from '../../domain/usage-times.ts';
import { describeCalls, sumOfCalls } from '../../domain/usage-words.ts';
import { showAccount } from '../../operations/accounts/show.ts';
import { productNamed } from '../../operations/products/named.ts';
import { showProduct } from '../../operations/products/show.ts';
import { showSubscription } from '../../operations/subscriptions/show.ts';
import { showUsage } from '../../operations/usage/show.ts';
import { findFor } from '../frame/account-command.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { idIn, readCarried } from '../frame/reference.ts';
import { attempt } from '../frame/role.ts';
import { slackErrorOf } from '../frame/slack-error.ts';
import { uploadFile } from '../jobs/files.ts';
import { nameOf } from '../present/account.ts';
import { drawChartImage } from '../present/chart-image.ts';
import { escapeText } from '../present/text.ts';
import { limitsText, usageMessage, usageTitle } from '../present/usage.ts';

type Query = Pick<Parameters<typeof showUsage>[1], 'accountId' | 'productId' | 'subscriptionId'>;

export const usageFeature: Feature = {
  command: {
    name: 'usage',
    aliases: ['calls', 'traffic', 'stats', 'chart'],
    usage: 'usage [account|product]',
    summary:
      'Shows how much was called, and why calls were refused: of an account, a product, or all. The chart comes as a direct message.',
    example: '/apim-user usage ann@example.com',
    who: 'admins and approvers',
    run: async (request, words) => answer(request, await queryOf(request, words), '30 days'),
  },
  buttons: {
    'account-usage': (request, value) => answer(request, { accountId: idIn(value) }, '30 days'),
    'product-usage': (request, value) => answer(request, { productId: idIn(value) }, '30 days'),
    'subscription-usage': (request, value) => answer(request, { subscriptionId: idIn(value) }, '30 days'),
    'usage-time': (request, value) => {
      const { time, ...query } = readCarried<Query & { time: UsageTime }>(value);
      return answer(request, query, time, { replace: true });
    },
  },
};

/** A product by its id or name, else an account. */
async function queryOf(request: SlackRequest, words: string[]): Promise<Query> {
  if (words.length === 0) return {};
  const name = words.join(' ');
  const productId = name.includes('@')
    ? null
    : await attempt(request, showUsage, {}, ({ context }) => productNamed(context, name));
  if (productId !== null) return { productId };
  return { accountId: (await findFor(request, showUsage, name)).id };
}

async function answer(
  request: SlackRequest,
  query: Query,
  time: UsageTime,
  how?: { replace: boolean },
): Promise<void> {
  const usage = await showUsage(request.context, { ...query, time });
  const { of, limits } = await aboutQuery(request, query);
  const carry = (other: UsageTime) => JSON.stringify({ ...query, time: other });
  const isEmpty = sumOfCalls(usage.points).all === 0;
  const note = isEmpty ? [] : ['The chart is in our direct message.'];
  await request.reply(usageMessage(usage, { of, limits, note, carry }), how);
  if (!isEmpty) await sendChart(request, usageTitle(of), usage);
}

/** The name of what was called, in plain text, and the limits that hold for it. */
async function aboutQuery(
  { context }: SlackRequest,
  query: Query,
): Promise<{ of: string; limits: string[] }> {
  const { accountId, productId, subscriptionId } = query;
  if (accountId !== undefined) {
    const { account, subscriptions } = await showAccount(context, { accountId });
    return { of: nameOf(account), limits: subscriptions.flatMap(limitsText) };
  }
  if (productId !== undefined) {
    const { product } = await showProduct(context, { productId });
    return { of: product.name, limits: limitsText({ name: 'Each subscription', limits: product }) };
  }
  if (subscriptionId === undefined) return { of: 'all APIs', limits: [] };
  const { subscription } = await showSubscription(context, { subscriptionId });
  const owner = subscription.owner ? ` of ${nameOf(subscription.owner)}` : '';
  return { of: `${subscription.name}${owner}`, limits: limitsText(subscription) };
}

/** To the direct message, which no one else reads: Slack shows no uploaded image in an answer that only one person sees. */
async function sendChart(
  { client, actor, reply }: SlackRequest,
  title: string,
  usage: Awaited<ReturnType<typeof showUsage>>,
): Promise<void> {
  const { time, points } = usage;
  const bytes = await drawChartImage(usage, title);
  const words = describeCalls(time, points);
  try {
    const { channel } = await client.conversations.open({ users: actor.userId });
    const to = { client, apiUrl: client.slackApiUrl, channelId: String(channel?.id) };
    await uploadFile(to, {
      name: `calls-${time.replace(' ', '-')}.png`,
      bytes,
      altText: `Bar chart. ${title}. ${words}`,
      comment: `*${escapeText(title)}*\n${words}`,
    });
  } catch (error) {
    await reply({
      text: `The chart couldn't be sent: ${whyNoUpload(error)} The figures above are complete.`,
    });
  }
}

const SCOPE_MISSING =
  'the app was installed without `files:write`. An admin can update its manifest and install it again, as its Home says.';

/** Why Slack didn't take a file, in words. */
export function whyNoUpload(error: unknown): string {
  const code = slackErrorOf(error);
  if (code === 'missing_scope') return SCOPE_MISSING;
  if (code.startsWith('file_upload')) return 'this workspace doesn’t allow uploads.';
  return `Slack didn't take it${code ? ` (\`${code}\`)` : ''}. Try again in a minute.`;
}
