// What a command, a click or a submitted modal is given to work with, and what a subcommand's file declares.
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { ZodType } from 'zod';
import { DomainError } from '../../domain/domain-error.ts';
import type { Context, Policy, Role, SlackActor } from '../../operations/frame/context.ts';
import type { Message } from '../present/blocks.ts';

export type SlackRequest = {
  context: Context;
  actor: SlackActor;
  client: WebClient;
  /** The role of whoever asks, for what is offered to them. What they may do is decided by each operation. */
  role(): Promise<Role | null>;
  /** Only the person who asked sees it. From a click, `replace` redraws the message or modal that was clicked. */
  reply(message: Message, how?: { replace?: boolean }): Promise<void>;
  /**
   * Opens a modal; from a button in a modal, the new one is laid on top of it. What takes long to make is announced by
   * a loading one first, because Slack's permission to open lasts three seconds.
   */
  openModal(make: () => ModalView | Promise<ModalView>): Promise<void>;
};

export type Command = {
  name: string;
  usage: string;
  summary: string;
  example: string;
  who: 'admins' | 'admins and approvers' | 'everybody';
  run(request: SlackRequest, words: string[]): Promise<void>;
};

/** `typed` is what stands in the fields around the button, when it is in a modal. */
export type OnPress = (request: SlackRequest, value: string, typed: FormValues) => Promise<void>;

/** What was typed into a modal, by the name of the field. */
export type FormValues = Record<string, string | string[] | boolean | null>;
export type Metadata = Record<string, unknown>;

export type Submission = {
  /** Errors beside fields, judged at once and without the database. */
  check?: (values: FormValues, about: { metadata: Metadata; policy: Policy }) => Record<string, string>;
  /** The work; what it answers, a message or a further modal, replaces the modal. */
  run: (request: SlackRequest, values: FormValues, metadata: Metadata) => Promise<Message | ModalView>;
};

export type Shortcut = {
  name: string;
  type: 'global' | 'message';
  callback_id: string;
  description: string;
  /** `text` is that of the message it was used on. */
  run(request: SlackRequest, text: string): Promise<void>;
};

/** All that one subcommand consists of. A modal's name is its callback_id, a button's its action_id. */
export type Feature = {
  command?: Command;
  submissions?: Record<string, Submission>;
  buttons?: Record<string, OnPress>;
  shortcuts?: Shortcut[];
};

export const textOf = (values: FormValues, name: string): string => {
  const value = values[name];
  return typeof value === 'string' ? value.trim() : '';
};
export const listOf = (values: FormValues, name: string): string[] => {
  const value = values[name];
  return Array.isArray(value) ? value : [];
};

/** What a pure rule says of fields, for errors beside them. */
export function fieldErrorsOf(rule: () => void): Record<string, string> {
  try {
    rule();
    return {};
  } catch (error) {
    if (error instanceof DomainError && error.detail.fields) return error.detail.fields;
    throw error;
  }
}

/** What an operation's own schema says of a field, before the operation is asked. */
export function schemaError(values: FormValues, name: string, schema: ZodType): Record<string, string> {
  const parsed = schema.safeParse(textOf(values, name));
  return parsed.success ? {} : { [name]: parsed.error.issues[0]?.message ?? 'This can’t be taken' };
}

/** Fields that need more than spaces. */
export function blankErrors(values: FormValues, needed: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(needed).filter(([name]) => textOf(values, name) === ''));
}
