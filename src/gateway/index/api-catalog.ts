// The products and APIs of the index: which API is at which path, and which APIs need no subscription.
import type { ApiRow, ProductRow } from '../../domain/gateway-rows.ts';
import { type CalledApi, type CalledProduct, openProductOf } from '../../domain/may-call.ts';

type Product = CalledProduct & { readonly isSubscriptionRequired: boolean };

export function createApiCatalog() {
  const products = new Map<string, Product>();
  const apis = new Map<string, CalledApi>();
  const byPath = new Map<string, CalledApi>();
  const above = new Set<string>();

  /** Rebuilt as a whole: a product that changes can open or close any API. */
  function rebuild(): void {
    const openProducts = findOpenProducts(products);
    byPath.clear();
    above.clear();
    for (const row of apis.values()) {
      const api = { ...row, openProductId: openProductOf(openProducts.get(row.id) ?? []) };
      apis.set(api.id, api);
      const lower = api.path.toLowerCase();
      byPath.set(lower, api);
      for (const part of pathsAbove(lower)) above.add(part);
    }
  }

  return {
    places: {
      at: (path: string): CalledApi | undefined => byPath.get(path),
      hasBelow: (path: string): boolean => above.has(path),
    },
    api: (id: string): CalledApi | null => apis.get(id) ?? null,
    /** Each with the paths above its own, in lower case. */
    *placedApis(): Iterable<{ api: CalledApi; above: string[] }> {
      for (const [path, api] of byPath) yield { api, above: pathsAbove(path) };
    },
    products: (): Iterable<CalledProduct> => products.values(),
    product: (id: string): CalledProduct | null => products.get(id) ?? null,
    putProducts(rows: readonly ProductRow[], gone: readonly string[] = []): void {
      for (const id of gone) products.delete(id);
      for (const { apiIds, ...row } of rows) products.set(row.id, { ...row, apiIds: new Set(apiIds) });
      rebuild();
    },
    putApis(rows: readonly ApiRow[], gone: readonly string[] = []): void {
      for (const id of gone) apis.delete(id);
      for (const row of rows) apis.set(row.id, { ...row, openProductId: null });
      rebuild();
    },
  };
}

/** By API: the published products that need no subscription. */
function findOpenProducts(products: ReadonlyMap<string, Product>): Map<string, string[]> {
  const open = new Map<string, string[]>();
  for (const { id, isPublished, isSubscriptionRequired, apiIds } of products.values())
    if (isPublished && !isSubscriptionRequired)
      for (const apiId of apiIds) open.set(apiId, [...(open.get(apiId) ?? []), id]);
  return open;
}

/** The root and `orders` for `orders/v1`. */
function pathsAbove(path: string): string[] {
  if (path === '') return [];
  const above = [''];
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) above.push(path.slice(0, at));
  return above;
}
