// The options of search-as-you-type selects.
import type { BlockSuggestion } from '@slack/bolt';
import { holdsKey } from '../../domain/api-key-form.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ALL_EVENT_TYPES } from '../../domain/event-types.ts';
import { limitWords } from '../../domain/limit-words.ts';
import { fullName } from '../../domain/person-name.ts';
import { searchAccounts } from '../../operations/accounts/search.ts';
import { listApis } from '../../operations/apis/list.ts';
import type { Context } from '../../operations/frame/context.ts';
import { listGroups } from '../../operations/groups/list.ts';
import { listCustomGroups } from '../../operations/groups/list-custom.ts';
import { listProducts } from '../../operations/products/list.ts';
import { MAX_OPTION_VALUE_LENGTH, plain } from '../present/blocks.ts';
import { cut } from '../present/text.ts';
import type { SlackDependencies } from './dispatcher.ts';
import { teamOf } from './people.ts';
import { markInView, serviceMeant } from './service-meant.ts';

const MAX_OPTIONS = 100;

export async function answerOptions(dependencies: SlackDependencies, body: BlockSuggestion) {
  const { action_id: field, value: typed, view } = body;
  const teamId = teamOf(dependencies, body);
  const search = { field, typed, userId: body.user.id, teamId, mark: () => markInView(view ?? {}) };
  return { options: holdsKey(typed) ? [] : await optionsFor(dependencies, search) };
}

type FoundOption = { text: string; value: string };

const matchingGroups = (typed: string, groups: { id: string; name: string }[]): FoundOption[] =>
  groups
    .filter(({ name }) => name.toLowerCase().includes(typed.toLowerCase()))
    .map(({ id, name }) => ({ text: name, value: id }));

const fixedOption = (text: string, value: string, typed: string): FoundOption[] =>
  text.toLowerCase().includes(typed.toLowerCase()) ? [{ text, value }] : [];

const matchingProducts = async (context: Context, text: string): Promise<FoundOption[]> =>
  (await listProducts(context, { text })).products.map(({ id, name }) => ({
    text: `${name} · product`,
    value: `product:${id}`,
  }));

const matchingCustomGroups = async (context: Context, text: string): Promise<FoundOption[]> =>
  matchingGroups(text, await listCustomGroups(context, {})).map(({ text: name, value }) => ({
    text: `${name} · group`,
    value: `group:${value}`,
  }));

/** By the name of the field. */
const SEARCHES: Record<string, (context: Context, typed: string) => Promise<FoundOption[]>> = {
  account: async (context, text) =>
    (await searchAccounts(context, { text })).map(({ id, email, ...names }) => ({
      text: [fullName(names), email].filter(Boolean).join(' · '),
      value: id,
    })),
  groups: async (context, typed) => matchingGroups(typed, await listCustomGroups(context, {})),
  seenBy: async (context, typed) => matchingGroups(typed, (await listGroups(context, {})).groups),
  scope: async (context, text) => [
    ...('all apis'.includes(text.toLowerCase()) ? [{ text: 'All APIs', value: 'all' }] : []),
    ...(await listProducts(context, { text })).products.map(({ id, name, ...limits }) => ({
      text: [name, 'product', limitWords(limits)].filter(Boolean).join(' · '),
      value: `product:${id}`,
    })),
    ...(await listApis(context, { text })).apis.map(({ id, name }) => ({
      text: `${name} · API`,
      value: `api:${id}`,
    })),
  ],
  eventTypes: async (_context, text) =>
    ALL_EVENT_TYPES.filter((type) => type.toLowerCase().includes(text.toLowerCase())).map((type) => ({
      text: type,
      value: type,
    })),
  reviewed: async (context, text) => [
    ...fixedOption('All active accounts', 'all', text),
    ...(await matchingProducts(context, text)),
    ...(await matchingCustomGroups(context, text)),
  ],
  audience: async (context, text) => [
    ...fixedOption('Everyone with an active account', 'everyone', text),
    ...(await matchingProducts(context, text)),
    ...(await listApis(context, { text })).apis.map(({ id, name }) => ({
      text: `${name} · API`,
      value: `api:${id}`,
    })),
    ...(await matchingCustomGroups(context, text)),
  ],
  products: async (context, text) =>
    (await listProducts(context, { text })).products
      .filter(({ isSubscriptionRequired }) => isSubscriptionRequired)
      .map(({ id, name }) => ({ text: name, value: id })),
  apis: async (context, text) =>
    (await listApis(context, { text })).apis.map(({ id, name }) => ({ text: name, value: id })),
};

async function optionsFor(
  dependencies: SlackDependencies,
  search: { field: string; typed: string; userId: string; teamId: string; mark(): string | null },
) {
  try {
    const actor = await dependencies.people.actorOf(search.userId, search.teamId);
    const service = await serviceMeant(dependencies, search, search.teamId);
    const found = (await SEARCHES[search.field]?.(service.contextOf(actor), search.typed)) ?? [];
    return found
      .filter(({ value }) => value.length <= MAX_OPTION_VALUE_LENGTH)
      .slice(0, MAX_OPTIONS)
      .map(({ text, value }) => ({ text: plain(cut(text, 75)), value }));
  } catch (error) {
    if (error instanceof DomainError) return [];
    throw error;
  }
}
