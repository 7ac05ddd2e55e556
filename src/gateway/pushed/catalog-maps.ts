// The pushed maps that describe products and APIs. They are small, so a change makes all of them again.
import type { CalledApi, CalledProduct } from '../../domain/may-call.ts';
import type { CallIndex } from '../index/call-index.ts';
import type { PushedChange, PushedEntry, PushedMap } from './carrier.ts';
import { rateText, UNLIMITED } from './record.ts';
import { apiTag, productTag } from './tag.ts';

const MAPS = ['apis', 'above', 'grants', 'lower', 'exact'] as const satisfies PushedMap[];
export type CatalogMaps = Record<(typeof MAPS)[number], Map<string, string>>;

const PRESENT = '1';
const GUARDED = '!';

export function catalogMapsOf(index: CallIndex): CatalogMaps {
  const maps: CatalogMaps = {
    apis: new Map(),
    above: new Map(),
    grants: new Map(),
    lower: new Map(),
    exact: new Map(),
  };
  const tokens = new Map<string, string>();
  for (const { above } of index.placedApis())
    for (const path of above) maps.above.set(inSlashes(path), PRESENT);
  for (const { api } of index.placedApis()) {
    const tag = apiTag(api.id);
    const hasDeeper = maps.above.has(inSlashes(api.path.toLowerCase()));
    const token = api.keyNames || api.openProductId !== null || hasDeeper ? `${GUARDED}${tag}` : tag;
    tokens.set(api.id, token);
    maps.apis.set(token, detailsOf(api));
    maps.exact.set(inSlashes(api.path), token);
    maps.lower.set(inSlashes(api.path.toLowerCase()), token);
    maps.grants.set(`a${tag}/${token}`, UNLIMITED);
    maps.grants.set(`*/${token}`, UNLIMITED);
  }
  for (const product of index.products()) grant(maps.grants, product, tokens);
  return maps;
}

function grant(
  grants: Map<string, string>,
  { id, isPublished, apiIds, limits }: CalledProduct,
  tokens: ReadonlyMap<string, string>,
): void {
  if (!isPublished) return;
  const scope = `p${productTag(id)}`;
  const rate = limits.rate ? rateText(limits.rate) : UNLIMITED;
  grants.set(scope, PRESENT);
  for (const apiId of apiIds) {
    const token = tokens.get(apiId);
    if (token !== undefined) grants.set(`${scope}/${token}`, rate);
  }
}

const inSlashes = (path: string) => (path === '' ? '/' : `/${path}/`);

const detailsOf = ({ id, openProductId, keyNames }: CalledApi) =>
  [
    encodeURIComponent(id),
    encodeURIComponent(openProductId ?? ''),
    keyNames?.query ?? '',
    keyNames?.header ?? '',
  ].join('|');

/** The tag of the API that a token stands for. */
export const apiTagOf = (token: string): string => (token.startsWith(GUARDED) ? token.slice(1) : token);

export function* catalogEntries(maps: CatalogMaps): Iterable<PushedEntry> {
  for (const map of MAPS) for (const [key, value] of maps[map]) yield { map, key, value };
}

/** What leads from one to the other. An API and its grants are there before its paths lead to it, and go after them. */
export function catalogChanges(from: CatalogMaps, to: CatalogMaps): PushedChange[] {
  const sets: PushedChange[] = [];
  for (const entry of catalogEntries(to))
    if (from[entry.map as keyof CatalogMaps].get(entry.key) !== entry.value) sets.push(entry);
  const removals: PushedChange[] = [];
  for (const map of MAPS.toReversed())
    for (const key of from[map].keys()) if (!to[map].has(key)) removals.push({ map, key, value: null });
  return [...sets, ...removals];
}
