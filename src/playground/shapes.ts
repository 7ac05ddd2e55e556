// The people, channels, messages and views of the local Slack.

export type Clock = () => Date;
export type Dict = Record<string, unknown>;
export type Block = Dict & { type: string; block_id: string };

export type Person = {
  id: string;
  /** The handle that is typed after @. */
  name: string;
  realName: string;
  email: string;
  teamId: string;
  title: string;
  isBot: boolean;
  isRestricted: boolean;
  isUltraRestricted: boolean;
  isDeactivated: boolean;
};

export type Channel = {
  id: string;
  name: string;
  kind: 'public' | 'private' | 'im';
  members: string[];
  isExtShared: boolean;
};

/** What a message shows of a file; `workspace/files.ts` has the bytes. */
export type SharedFile = {
  id: string;
  name: string;
  size: number;
  mimetype: string;
  user: string;
  /** Of an image; empty when the app gave none. */
  altText?: string;
  /** Its message says so. */
  isDeleted?: true;
};

export type Message = {
  ts: string;
  channel: string;
  user: string;
  text: string;
  blocks: Block[];
  /** The blocks before the last edit: a person may press a button that their screen still shows. */
  former?: Block[];
  files?: SharedFile[];
  editedTs: string | null;
  /** The only person who sees this message, when it is ephemeral; else null. */
  onlyFor: string | null;
  /** The workspace's change number when this last changed, so that a reader can find what is new. */
  changed: number;
};

/** `block_id` → `action_id` → the value as Slack writes it into `state.values`. */
export type StateValues = Record<string, Record<string, Dict>>;

export type View = {
  id: string;
  type: 'modal' | 'home';
  user: string;
  hash: string;
  /** The view as the app sent it. */
  payload: Dict;
  /** Its blocks, with the ids that the app left out. */
  blocks: Block[];
  changed: number;
};

/** Something Slack's own client tells one person: a failed click, a modal that could not be sent. */
export type Notice = { user: string; text: string; changed: number };

export const isDict = (value: unknown): value is Dict =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
export const dictsOf = (value: unknown): Dict[] => (Array.isArray(value) ? value.filter(isDict) : []);
