// What a command, a click or a submitted modal is given to work with.
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Context } from '../operations/context.ts';
import type { SlackActor } from './actor.ts';
import type { Message } from './present/blocks.ts';

export type Call = {
  context: Context;
  actor: SlackActor;
  client: WebClient;
  /** Only the person who asked sees it. From a click, `replace` redraws the message or modal that was clicked. */
  reply(message: Message, how?: { replace?: boolean }): Promise<void>;
  /** From a button in a modal, the new one is laid on top of it. */
  openModal(view: ModalView): Promise<void>;
  emailOfActor(): Promise<string | null>;
};

export type Command = {
  name: string;
  usage: string;
  summary: string;
  example: string;
  who: 'admins' | 'admins and approvers' | 'everybody';
  run(call: Call, words: string[]): Promise<void>;
};

/** `typed` is what stands in the fields around the button, when it is in a modal. */
export type Action = (call: Call, value: string, typed: Values) => Promise<void>;

/** What was typed into a modal, by the name of the field. */
export type Values = Record<string, string | string[] | boolean | null>;

export type Submission = {
  /** Errors beside fields, judged at once and without the database. */
  check?: (values: Values) => Record<string, string>;
  /** The work; what it answers replaces the modal. */
  run: (call: Call, values: Values, metadata: Record<string, unknown>) => Promise<Message>;
};

export const textOf = (values: Values, name: string): string => {
  const value = values[name];
  return typeof value === 'string' ? value.trim() : '';
};
export const listOf = (values: Values, name: string): string[] => {
  const value = values[name];
  return Array.isArray(value) ? value : [];
};
