// A button or modal carries the id and version of what it was drawn for, or a page and its filter. None is trusted: the
// operation checks them.
import { DomainError } from '../../domain/domain-error.ts';
import type { Metadata } from './feature.ts';

type Reference = { id: string; version: number };

/** For a modal's metadata. */
export const referenceTo = ({ id, version }: Reference): Reference => ({ id, version });

/** For a button's value. */
export const buttonValue = (thing: Reference): string => JSON.stringify(referenceTo(thing));

export const accountIn = readerOf('accountId');
export const apiIn = readerOf('apiId');
export const productIn = readerOf('productId');
export const subscriptionIn = readerOf('subscriptionId');
export const invitationIn = readerOf('invitationId');
export const announcementIn = readerOf('announcementId');
export const ruleIn = readerOf('ruleId');
export const driftIn = readerOf('driftId');
export const webhookIn = readerOf('webhookId');

/**
 * Reads the JSON object in a button's value or a modal's `private_metadata`. Errors: `form_outdated` for anything else,
 * such as the value of a button that a former version drew.
 */
export function readCarried<Carried extends object = Metadata>(text: string): Carried {
  let carried: unknown;
  try {
    carried = JSON.parse(text);
  } catch {
    throw new DomainError('form_outdated');
  }
  if (typeof carried !== 'object' || carried === null) throw new DomainError('form_outdated');
  return carried as Carried;
}

/** The id in a button's value, which is an id alone or, in a row with several actions, also a version. */
export const idIn = (value: string): string =>
  value.startsWith('{') ? String(readCarried<Reference>(value).id) : value;

/** Reads a button's value or a modal's metadata as the input of an operation. */
function readerOf<Key extends string>(key: Key) {
  return (value: string | Metadata) => {
    const { id, version } = typeof value === 'string' ? readCarried(value) : value;
    return { [key]: String(id), expectedVersion: Number(version) } as Record<Key, string> & {
      expectedVersion: number;
    };
  };
}
