import type { KnownBlock } from '@slack/types';
import { DomainError } from '../../domain/domain-error.ts';
import type { SeenFollower } from '../../domain/gateway-rows.ts';
import { countAccounts } from '../../operations/accounts/count.ts';
import { searchHistory } from '../../operations/audit/search.ts';
import { showMirror } from '../../operations/azure/show.ts';
import type { Served, Services } from '../../operations/frame/context.ts';
import { countOpenInvitations } from '../../operations/invitations/count.ts';
import { countMails } from '../../operations/mails/count.ts';
import { listOwnReviews } from '../../operations/reviews/list-own.ts';
import { listSubscriptions } from '../../operations/subscriptions/list.ts';
import { approvalPages } from '../commands/approvals.ts';
import type { SlackRequest } from '../frame/feature.ts';
import { COUNTED_UP_TO, countText } from '../frame/pages.ts';
import { CHOOSE_SERVICE, markingClient, markOf, SERVICE_BLOCK } from '../frame/service-mark.ts';
import { NO_TRIGGER } from '../modals/open.ts';
import { mirrorNotes } from '../present/azure.ts';
import { actions, button, divider, section } from '../present/blocks.ts';
import { errorText } from '../present/error.ts';
import { historyRow } from '../present/history.ts';
import { ownReviewBlocks } from '../present/review.ts';
import { escapeText } from '../present/text.ts';
import { createRequest, type SlackDependencies } from '../receive/dispatcher.ts';
import type { SenderDomain, SetupReport } from '../receive/setup-check.ts';
import { digestBlocks } from './digest.ts';
import { invitationMessagesBlocks } from './invitation-messages.ts';
import { menu } from './menu.ts';

const MAILS_COUNTED_FOR_DAYS = 7;
/** Slack's limit of buttons in a row. */
const MAX_SERVICES_OFFERED = 25;

/** Draws App Home for one person: menu, approvals, waiting work, changes, health, and for admins the setup. */
export async function publishHome(
  dependencies: SlackDependencies,
  userId: string,
  serviceId: string | null,
): Promise<void> {
  const { services } = dependencies;
  const service = services.find(({ id }) => id === serviceId) ?? services[0];
  const client = markingClient(dependencies.client, markOf(services, service));
  const publish = async (blocks: KnownBlock[]) => {
    const all = [...serviceChoice(services, service), ...blocks];
    await client.views.publish({ user_id: userId, view: { type: 'home', blocks: all } });
  };
  const actor = await dependencies.people.actorOf(userId, dependencies.teamId);
  if (actor.membership !== 'member')
    return publish([section('Only full members of this workspace can use this app.')]);
  const request = createRequest(dependencies, service, actor, { trigger: NO_TRIGGER, reply: async () => {} });
  const page = await drawHome(request, dependencies).catch((error: unknown) => {
    if (error instanceof DomainError) return () => [section(errorText(error))];
    dependencies.log.error({ err: error }, 'app home could not be drawn');
    return () => [
      section(
        "*Health:* database *failing*. Nothing can be read or changed until it is back, and links in mails don't work. Open this page again in a moment. If that doesn't help, tell the person who runs this app.",
      ),
    ];
  });
  const known = dependencies.setupCheck.latest();
  await publish(page(known));
  // Asking Slack and Resend takes seconds, so the page appears without their answers first.
  if (!known) await publish(page(await dependencies.setupCheck.run()));
}

/** Nothing where there is only one. */
function serviceChoice(services: Services, shown: Served): KnownBlock[] {
  if (services.length === 1) return [];
  const text = `Service: *${escapeText(shown.name)}*`;
  const others = services.filter((one) => one !== shown).slice(0, MAX_SERVICES_OFFERED);
  const buttons = others.map(({ id, name }, at) =>
    button(`${CHOOSE_SERVICE}:${at}`, name, id === services[0].id ? '-' : id, { label: `Show ${name}` }),
  );
  return [{ ...section(text), block_id: SERVICE_BLOCK }, actions(buttons)];
}

type Page = (report: SetupReport | null) => KnownBlock[];

async function drawHome(
  request: SlackRequest,
  { gateways }: Pick<SlackDependencies, 'gateways'>,
): Promise<Page> {
  const role = await request.role();
  const head = (await menu(request)).blocks ?? [];
  const { blocks: waitingApprovals } = await approvalPages.first(request);
  const reviews = ownReviewBlocks((await listOwnReviews(request.context, {})).reviews);
  const approvals = [...reviews, ...waitingApprovals];
  const messages = await invitationMessagesBlocks(request);
  if (role === null) return () => [...head, ...approvals, divider, ...messages];
  const waiting = [
    ...(role === 'admin' ? await waitingForAdmins(request) : await waitingForApprovers(request)),
    ...(await waitingSubscriptions(request)),
    ...(await limitedSubscriptions(request)),
    ...(await mirrorBlocks(request)),
  ];
  const recent = await recentChanges(request);
  const digest = role === 'admin' ? await digestBlocks(request) : [];
  const connected = gatewaysText(await gateways(request.context.service.id));
  return (report) => [
    ...head,
    ...(approvals.length ? [divider, ...approvals] : []),
    divider,
    ...waiting,
    ...recent,
    divider,
    ...messages,
    section(healthText(report) + connected),
    ...digest,
    ...(role === 'admin' ? setupBlocks(report) : []),
  ];
}

const RECENT_SHOWN = 5;

/** The last changes by people, without refused ones. */
async function recentChanges(request: SlackRequest): Promise<KnownBlock[]> {
  const { entries } = await searchHistory(request.context, {
    onlyByPeople: true,
    withoutRefused: true,
    limit: RECENT_SHOWN,
  });
  const role = await request.role();
  const rows = entries.map((entry, index) => {
    const { targetKind, targetId, about } = entry;
    const name = targetKind ? SHOWS[targetKind] : undefined;
    const label = `Show ${about ?? `the ${targetKind}`}`;
    const show = name && targetId ? button(`${name}:${index}`, 'Show', targetId, { label }) : undefined;
    return historyRow(entry, { role, isExposed: false, withTarget: true, isBrief: true }, show);
  });
  return rows.length ? [divider, section('*Recent changes*'), ...rows] : [];
}

/** The button that shows what a change was about. */
const SHOWS: Record<string, string> = { account: 'list-show', subscription: 'subscription-show' };

const pendingText = (pending: number): string =>
  pending === 0
    ? 'No accounts are waiting to be activated.'
    : `${pending === 1 ? '1 account is' : `${pending.toLocaleString('en')} accounts are`} waiting to be activated.`;

async function waitingSubscriptions(request: SlackRequest): Promise<KnownBlock[]> {
  const { count = 0 } = await listSubscriptions(request.context, {
    state: 'submitted',
    limit: 1,
    isCounted: { upTo: COUNTED_UP_TO },
  });
  if (count === 0) return [];
  const text = `${count === 1 ? '1 subscription is' : `${countText(count)} subscriptions are`} waiting for approval.`;
  return [section(text), actions([button('menu-subscriptions:waiting', 'Review', '-')])];
}

async function limitedSubscriptions(request: SlackRequest): Promise<KnownBlock[]> {
  const { count = 0 } = await listSubscriptions(request.context, {
    isLimited: true,
    limit: 1,
    isCounted: { upTo: COUNTED_UP_TO },
  });
  if (count === 0) return [];
  const which = count === 1 ? '1 subscription has' : `${countText(count)} subscriptions have`;
  const text = `${which} used up a quota, or went over a rate in the last 24 hours.`;
  return [section(text), actions([button('menu-subscriptions:limited', 'Show them', 'limited')])];
}

/** How far the first comparison with Azure is, and what it needs a person for. */
async function mirrorBlocks(request: SlackRequest): Promise<KnownBlock[]> {
  const status = await showMirror(request.context, {});
  const notes = status ? mirrorNotes(status) : [];
  return notes.length ? [section(notes.join('\n')), actions([button('azure-status', 'Azure', '-')])] : [];
}

async function waitingForApprovers(request: SlackRequest): Promise<KnownBlock[]> {
  const { pending } = await countAccounts(request.context, {});
  const look = pending > 0 ? [actions([button('list-pending', 'Pending accounts', '-')])] : [];
  return [section(`*Waiting*\n${pendingText(pending)}`), ...look];
}

async function waitingForAdmins(request: SlackRequest): Promise<KnownBlock[]> {
  const { pending } = await countAccounts(request.context, {});
  const invitations = await countOpenInvitations(request.context, {});
  const since = new Date(request.context.clock().getTime() - MAILS_COUNTED_FOR_DAYS * 86_400_000);
  const mails = await countMails(request.context, { since });
  const [failed, unknown] = [mails.failed ?? 0, mails.unknown ?? 0];
  const lines = [
    '*Waiting*',
    pendingText(pending),
    `${invitations === 0 ? 'No invitations are' : invitations === 1 ? '1 invitation is' : `${invitations} invitations are`} open.`,
    mailText(failed, unknown),
  ];
  const buttons = [
    ...(pending > 0 ? [button('list-pending', 'Pending accounts', '-')] : []),
    // The menu has this button too, and Slack wants a name of its own for each in a view.
    ...(invitations > 0 ? [button('menu-invites:waiting', 'Show invitations', '-')] : []),
  ];
  return [section(lines.join('\n')), ...(buttons.length ? [actions(buttons)] : [])];
}

function mailText(failed: number, unknown: number): string {
  const days = `in the last ${MAILS_COUNTED_FOR_DAYS} days`;
  if (failed + unknown === 0) return `No mail failed ${days}.`;
  const lost = unknown > 0 ? `, and we don't know whether ${unknown} more arrived` : '';
  return `:warning: ${failed === 0 ? 'No mail' : failed === 1 ? '1 mail' : `${failed} mails`} failed ${days}${lost}. Accounts and \`/apim-user invites\` show which.`;
}

const MAIL_TEXTS: Record<SenderDomain, string> = {
  verified: 'ready',
  'not-verified': '*domain not verified*',
  'may-not-be-asked': "ready (the API key can't check the domain)",
  unreachable: '*not reachable*',
};

/** The database and Slack are ready: without them this page could not be drawn and sent. */
const healthText = (report: SetupReport | null): string =>
  `*Health:* database ready · Slack ready · mail ${report ? MAIL_TEXTS[report.senderDomain] : '…'}`;

/** Empty when none decides itself. */
function gatewaysText(gateways: readonly SeenFollower[]): string {
  const connected = gateways.filter(({ state }) => state === 'connected').length;
  const others = gateways
    .filter(({ state }) => state !== 'connected')
    .map(({ kind, host, state, beatAgeSeconds }) => {
      const minutes = Math.floor(beatAgeSeconds / 60);
      const since = minutes > 0 ? `${minutes} min` : `${Math.floor(beatAgeSeconds)} s`;
      return `*${kind} on ${escapeText(host)} ${state === 'silent' ? `silent for ${since}` : 'loading'}*`;
    });
  return gateways.length > 0 ? ` · gateways: ${[`${connected} connected`, ...others].join(', ')}` : '';
}

function setupBlocks(report: SetupReport | null): KnownBlock[] {
  if (!report) return [section('*Setup:* checking …')];
  if (report.problems.length === 0) return [section('*Setup:* complete.')];
  return [
    section('*Setup:* still to do'),
    ...report.problems.map(({ text }) => section(`:warning: ${text}`)),
  ];
}
