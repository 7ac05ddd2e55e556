// Which service a request from Slack means: the one in the button or view that it came from, the one that the person
// named, that of the channel, or the default one.
import { DomainError } from '../../domain/domain-error.ts';
import type { Served, Services } from '../../operations/frame/context.ts';
import { findService } from '../../operations/frame/services.ts';
import { readCarried } from '../frame/reference.ts';
import type { SlackParts } from './app.ts';
import { textAfter } from './typed-words.ts';

export type ServiceMeant =
  /** The id in a button or view; null for one without: the default service. Errors: `form_outdated`. */
  { mark(): string | null } | { named: string | null; channel: string | null };

/** Errors: `form_outdated` for the mark of a service that is not served any more; `service_not_found`. */
export async function serviceMeant(
  { services, serviceOfChannel }: Pick<SlackParts, 'services' | 'serviceOfChannel'>,
  meant: ServiceMeant,
  teamId: string,
): Promise<Served> {
  const [first, ...others] = services;
  if ('mark' in meant) {
    const mark = meant.mark();
    return mark === null ? first : servedAs(services, mark);
  }
  const { named, channel } = meant;
  if (named !== null) return findService(services, named) ?? refuseName(services);
  if (others.length === 0 || channel === null) return first;
  const id = await serviceOfChannel({ teamId, channelId: channel });
  return others.find((one) => one.id === id) ?? first;
}

/** What comes from Slack is never trusted: the operations decide what the person may do there. */
function servedAs(services: Services, id: string): Served {
  const found = services.find((one) => one.id === id);
  if (!found) throw new DomainError('form_outdated');
  return found;
}

export function refuseName(services: Services): never {
  throw new DomainError('service_not_found', { services: services.map(({ name }) => name) });
}

/** The mark in a view. Errors: `form_outdated`. */
export function markInView({ private_metadata }: { private_metadata?: string }): string | null {
  const { service } = readCarried(private_metadata || '{}');
  return service === undefined ? null : String(service);
}

/** The service in `@staging` at the beginning of what a person typed, also where Slack took it for a person or a group. */
const NAMED = /^(?:@|<(?:@\w+|!subteam\^\w+)\|@?)([\w-]+)>?$/;

export const serviceNameIn = (word: string): string | null => NAMED.exec(word)?.[1] ?? null;

export function takeServiceName(services: Services, words: readonly string[], text: string) {
  const named = serviceNameIn(words[0] ?? '');
  // Where there is only one, people mean something else by other names.
  return named === null || (services.length === 1 && !findService(services, named))
    ? { named: null, words: [...words], text }
    : { named, words: words.slice(1), text: textAfter(text, 1) };
}
