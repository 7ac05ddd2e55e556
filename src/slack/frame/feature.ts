// What a subcommand's file declares, and the request that its functions get.
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Context, Policy, Role, Services, SlackActor } from '../../operations/frame/context.ts';
import type { FormValues } from '../modals/form.ts';
import type { Message } from '../present/blocks.ts';

/** A subcommand, button or other feature. A button's name is its `action_id`, a modal's its `callback_id`. */
export type Feature = {
  command?: Command;
  buttons?: Record<string, OnPress>;
  submissions?: Record<string, Submission>;
  shortcuts?: Shortcut[];
};

export type Command = {
  name: string;
  /** What people type for it too. One that several commands have asks which is meant. */
  aliases?: readonly string[];
  /** The command that takes its effect back, so that a misspelling of one never suggests the other. */
  opposite?: string;
  usage: string;
  summary: string;
  example: string;
  who: 'admins' | 'admins and approvers' | 'everyone';
  /** `text` has the same words with everything between them, such as line ends and commas. */
  run(request: SlackRequest, words: string[], text: string): Promise<void>;
};

/** `typed` has the fields around a button in a modal, as they are now. */
export type OnPress = (request: SlackRequest, value: string, typed: FormValues) => Promise<void>;

/** A modal's `private_metadata`, parsed. */
export type Metadata = Record<string, unknown>;

export type Submission = {
  /** Errors by field. Slack waits for them, so no database. */
  check?: (
    values: FormValues,
    about: { metadata: Metadata; policy: Policy; now: Date },
  ) => Record<string, string>;
  /** The message or modal that it returns replaces the submitted modal. */
  run: (request: SlackRequest, values: FormValues, metadata: Metadata) => Promise<Message | ModalView>;
};

export type Shortcut = {
  name: string;
  type: 'global' | 'message';
  callback_id: string;
  description: string;
  /** `text` is the text of the message that a message shortcut was used on. */
  run(request: SlackRequest, text: string): Promise<void>;
};

export type SlackRequest = {
  /** Of the service that the request means. */
  context: Context;
  services: Services;
  /** Where a command was typed; null for other requests. */
  channel: string | null;
  actor: SlackActor;
  client: WebClient;
  /** The ids of what this request changed in a process that died before it answered. */
  doneBefore: ReadonlySet<string>;
  /** The actor's role, which decides what a message offers. Each operation checks permission itself. */
  role(): Promise<Role | null>;
  /** Only the actor sees the message. `replace` redraws the message or modal that holds the clicked button. */
  reply(message: Message, how?: { replace?: boolean }): Promise<void>;
  /** Opens a modal, above the one that holds the clicked button. `make` may take longer than Slack waits. */
  openModal(make: () => ModalView | Promise<ModalView>): Promise<void>;
};
