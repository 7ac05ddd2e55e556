// What a search-as-you-type select offers.
import { DomainError } from '../../domain/domain-error.ts';
import { searchAccounts } from '../../operations/accounts/search.ts';
import { listApis } from '../../operations/apis/list.ts';
import type { Context } from '../../operations/frame/context.ts';
import { listGroups } from '../../operations/groups/list.ts';
import { listCustomGroups } from '../../operations/groups/list-custom.ts';
import { listProducts } from '../../operations/products/list.ts';
import { MAX_OPTION_VALUE_LENGTH } from '../present/blocks.ts';
import { cut } from '../present/text.ts';
import type { Means } from './dispatch.ts';

const MAX_OPTIONS = 100;

type Offered = { text: string; value: string };

const named = (typed: string, groups: { id: string; name: string }[]): Offered[] =>
  groups
    .filter(({ name }) => name.toLowerCase().includes(typed.toLowerCase()))
    .map(({ id, name }) => ({ text: name, value: id }));

/** By the name of the field. */
const OFFERS: Record<string, (context: Context, typed: string) => Promise<Offered[]>> = {
  account: async (context, text) =>
    (await searchAccounts(context, { text })).map(({ id, firstName, lastName, email }) => ({
      text: `${firstName} ${lastName} · ${email}`,
      value: id,
    })),
  groups: async (context, typed) => named(typed, await listCustomGroups(context, {})),
  seenBy: async (context, typed) => named(typed, await listGroups(context, {})),
  scope: async (context, text) => [
    ...('all apis'.includes(text.toLowerCase()) ? [{ text: 'All APIs', value: 'all' }] : []),
    ...(await listProducts(context, { text })).products.map(({ id, name }) => ({
      text: `${name} · product`,
      value: `product:${id}`,
    })),
    ...(await listApis(context, { text })).apis.map(({ id, name }) => ({
      text: `${name} · API`,
      value: `api:${id}`,
    })),
  ],
  apis: async (context, text) =>
    (await listApis(context, { text })).apis.map(({ id, name }) => ({ text: name, value: id })),
};

export async function optionsFor(
  means: Means,
  asked: { actionId: string; typed: string; userId: string; teamId: string },
) {
  try {
    const context = means.contextOf(await means.people.actorOf(asked.userId, asked.teamId));
    const offered = (await OFFERS[asked.actionId]?.(context, asked.typed)) ?? [];
    return offered
      .filter(({ value }) => value.length <= MAX_OPTION_VALUE_LENGTH)
      .slice(0, MAX_OPTIONS)
      .map(({ text, value }) => ({ text: { type: 'plain_text' as const, text: cut(text, 75) }, value }));
  } catch (error) {
    if (error instanceof DomainError) return [];
    throw error;
  }
}
