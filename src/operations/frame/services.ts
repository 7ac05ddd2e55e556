// Finds one of the services that this process serves.
import type { Served, Services } from './context.ts';

/** By name as people write it, or by id. The default service is also called `default`. */
export const findService = (services: Services, name: string): Served | null =>
  services.find((one) => [one.id, one.name].some((known) => known.toLowerCase() === name.toLowerCase())) ??
  null;

/** For a row of the database or a job. Throws when another process serves it. */
export function serviceOf(services: Services, id: string): Served {
  const found = services.find((one) => one.id === id);
  if (!found) throw new Error(`this process does not serve ${id}`);
  return found;
}

/** One after the other, also after one whose work failed. Throws the first error. */
export async function forEachService(
  services: Services,
  work: (service: Served) => Promise<unknown>,
): Promise<void> {
  const errors: unknown[] = [];
  for (const service of services) await work(service).catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
