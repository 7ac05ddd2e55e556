// A button or modal carries the id and version of what it was drawn for. Neither is trusted: the operation checks both.
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

/** Reads a button's value or a modal's metadata as the input of an operation. */
function readerOf<Key extends string>(key: Key) {
  return (value: string | Metadata) => {
    const { id, version } = (typeof value === 'string' ? JSON.parse(value) : value) as Metadata;
    return { [key]: String(id), expectedVersion: Number(version) } as Record<Key, string> & {
      expectedVersion: number;
    };
  };
}
