import type { Context } from '../frame/context.ts';
import { listProducts } from './list.ts';

/** The product with this id or, ignoring case, this name. */
export async function productNamed(context: Context, name: string): Promise<string | null> {
  const byId = await listProducts(context, { ids: [name, name.toLowerCase()] });
  const byName = await listProducts(context, { text: name });
  const isNamed = (product: { name: string }) => product.name.toLowerCase() === name.toLowerCase();
  const found = byId.products[0] ?? byName.products.find(isNamed);
  return found?.id ?? null;
}
