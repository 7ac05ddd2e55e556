// Lists that people turn page by page. Every list of the app is one of these.
import type { Button, KnownBlock } from '@slack/types';
import { MAX_SKIPPED } from '../../operations/frame/lists.ts';
import { actions, button, context, type Message, section } from '../present/blocks.ts';
import type { OnPress, SlackRequest } from './feature.ts';
import { inList, turnOf } from './listed.ts';
import { readCarried } from './reference.ts';

/** With the blocks around the rows, within Slack's 50 blocks a message. */
const ROWS_A_PAGE = 20;
/** Higher counts cost a scan, and no one turns that many pages. */
export const COUNTED_UP_TO = 1_000;

/** A part of every list operation's input. */
type PageInput = {
  limit: number;
  isCounted: { upTo: number };
  skip?: number;
  /** The operation checks the cursor, which a button carried. */
  after?: never;
};

type ListPage<Query> = {
  /** In mrkdwn. */
  title: string;
  /** The blocks of each row. */
  rows: KnownBlock[][];
  /** The cursor of the next page. */
  next: unknown;
  /** How many rows match; one more than the limit stands for any higher count. */
  count: number | undefined;
  /** Replaces the rows when there are none. */
  none: string;
  filters?: { text: string; query: Query; isChosen: boolean }[];
  buttons?: Button[];
  note?: string;
};

type Carried<Query> = { query: Query; from: number; after?: unknown };

/**
 * A list whose pages redraw the message that they are in. Forward it reads from a cursor, so that no row is missed while
 * the list changes; back it reads by position.
 */
export function definePages<Query extends object>(
  name: string,
  read: (request: SlackRequest, query: Query, page: PageInput) => Promise<ListPage<Query>>,
  rowsAPage = ROWS_A_PAGE,
) {
  const turn = turnOf(name);
  const draw = async (
    request: SlackRequest,
    { query, from, after }: Carried<Query>,
  ): Promise<Message & { blocks: KnownBlock[]; isEmpty: boolean }> => {
    const page = await read(request, query, {
      limit: rowsAPage,
      isCounted: { upTo: COUNTED_UP_TO },
      ...(after ? { after: after as never } : { skip: Math.min(from, MAX_SKIPPED) }),
    });
    const { title, rows, next, count = rows.length, none, filters = [], buttons = [], note } = page;
    const first = firstOf({ from, shown: rows.length, count, isLast: !next });
    const to = (text: string, id: string, carried: Carried<Query>, style?: 'primary') =>
      button(`${turn}/${id}`, text, JSON.stringify(carried), style ? { style } : {});
    const filterButtons = filters.map((one, index) =>
      to(one.text, `filter-${index}`, { query: one.query, from: 0 }, one.isChosen ? 'primary' : undefined),
    );
    const pageButtons = [
      ...buttons,
      ...(first > 0 ? [to('Previous', 'previous', { query, from: Math.max(0, first - rowsAPage) })] : []),
      ...(next ? [to('Next', 'next', { query, from: first + rows.length, after: next })] : []),
    ];
    const range = rows.length ? ` · ${rangeText(first, rows.length, count)}` : '';
    return {
      text: `${title}${range}`,
      isEmpty: rows.length === 0 && first === 0,
      blocks: [
        section(`*${title}*${range}`),
        ...(filterButtons.length ? [actions(filterButtons)] : []),
        ...(rows.length
          ? rows.flat().map((block) => inList(block, { name, query, from: first }))
          : [section(first > 0 ? 'There are no more entries.' : none)]),
        ...(note ? [context(note)] : []),
        ...(pageButtons.length ? [actions(pageButtons)] : []),
      ],
    };
  };
  const first = (request: SlackRequest, query: Query) => draw(request, { query, from: 0 });
  const turned: OnPress = async (request, value) => {
    return request.reply(await draw(request, carriedIn<Query>(value)), { replace: true });
  };
  return { name, draw, first, buttons: { [turn]: turned } };
}

/** Where each of the lists in one message begins, in their order. */
export type Beside = { positions: number[] };

/**
 * Several lists in one message. Turning one, or a button of its rows, leaves the others where they are. Empty ones are left
 * out; `none` is the text when all are empty.
 */
export function besideEachOther(
  about: { title: string; none: string },
  lists: {
    pages: Pick<ReturnType<typeof definePages<Beside>>, 'name' | 'draw'>;
    isShown?: (request: SlackRequest) => Promise<boolean>;
  }[],
) {
  const draw = async (
    request: SlackRequest,
    positions: number[],
    turned?: { list: number; after: unknown },
  ): Promise<Message & { blocks: KnownBlock[] }> => {
    const blocks: KnownBlock[] = [];
    for (const [list, { pages, isShown }] of lists.entries()) {
      const isTurned = turned?.list === list;
      // A list that isn't shown refuses to be turned.
      if (!isTurned && isShown && !(await isShown(request))) continue;
      const after = isTurned ? turned.after : undefined;
      const page = await pages.draw(request, { query: { positions }, from: positions[list] ?? 0, after });
      if (!page.isEmpty) blocks.push(...page.blocks);
    }
    return { text: blocks.length ? about.title : about.none, blocks };
  };
  const turning = lists.map(({ pages }, list): [string, OnPress] => [
    turnOf(pages.name),
    async (request, value) => {
      const { query, from, after } = carriedIn<Beside>(value);
      const positions = lists.map((_, at) => (at === list ? from : wholeNumber(query.positions?.[at])));
      return request.reply(await draw(request, positions, { list, after }), { replace: true });
    },
  ]);
  const first = (request: SlackRequest) => draw(request, []);
  return { first, buttons: Object.fromEntries(turning) };
}

/** What the button of a page carries. None of it is trusted. */
function carriedIn<Query extends object>(value: string): Carried<Query> {
  const { query, from, after } = readCarried<Carried<Query>>(value);
  return { query: query ?? ({} as Query), from: wholeNumber(from), after };
}

const wholeNumber = (value: unknown): number => Math.max(0, Math.trunc(Number(value)) || 0);

/** Rows that came or went since the page before shift the position; the last page knows its own. */
function firstOf(page: { from: number; shown: number; count: number; isLast: boolean }): number {
  const { from, shown, count, isLast } = page;
  if (!isLast || count > COUNTED_UP_TO || from === 0) return from;
  return Math.max(0, count - shown);
}

/** "21–40 of 446". */
function rangeText(first: number, shown: number, count: number): string {
  const place = (position: number) => position.toLocaleString('en');
  return `${place(first + 1)}–${place(first + shown)} of ${countText(count)}`;
}

/** "1,046", or "more than 1,000" for a count that stopped there. */
export const countText = (count: number): string =>
  count === COUNTED_UP_TO + 1
    ? `more than ${COUNTED_UP_TO.toLocaleString('en')}`
    : count.toLocaleString('en');
