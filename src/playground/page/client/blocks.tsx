// Blocks, with the values of the form that they are.
import { createContext, type ReactNode, useContext, useEffect, useId, useRef, useState } from 'react';
import { type Block, type Dict, dictsOf, isDict, type StateValues, textOf } from '../../shapes.ts';
import { isStateful, stateOf } from '../../workspace/view-state.ts';
import type { Hands } from './api.ts';
import { Element } from './elements.tsx';
import { Mrkdwn, plain, Text } from './mrkdwn.tsx';

/** People and channels as options, for the selects that choose among them. */
export const ChoicesContext = createContext<{ people: Dict[]; channels: Dict[] }>({
  people: [],
  channels: [],
});

/** What was typed, by view or message: a modal that another one covered still has it when it is uncovered. */
const typed = new Map<string, StateValues>();
const MAX_TYPED = 200;

/** The values of a form. They outlive an update of the view for all fields that are still there. */
export function useValues(key: string, blocks: Block[]): [StateValues, (values: StateValues) => void] {
  const [, repaint] = useState(0);
  const setValues = (values: StateValues): void => {
    typed.set(key, values);
    for (const oldest of typed.keys()) {
      if (typed.size <= MAX_TYPED) break;
      typed.delete(oldest);
    }
    repaint((count) => count + 1);
  };
  return [stateOf(blocks, typed.get(key)), setValues];
}

type BlocksProps = {
  blocks: Block[];
  values: StateValues;
  setValues: (values: StateValues) => void;
  hands: Hands;
  errors?: Record<string, string>;
};

export function Blocks(props: BlocksProps): ReactNode {
  return props.blocks.map((block) => <OneBlock key={block.block_id} block={block} {...props} />);
}

function OneBlock({ block, ...props }: BlocksProps & { block: Block }): ReactNode {
  switch (block.type) {
    case 'header':
      return <h3 className="block-header">{plain(block.text)}</h3>;
    case 'divider':
      return <hr />;
    case 'section':
      return <Section block={block} {...props} />;
    case 'context':
      return (
        <div className="context">
          {dictsOf(block.elements).map((one, i) =>
            one.type === 'image' ? (
              <img key={textOf(one.image_url)} src={textOf(one.image_url)} alt={textOf(one.alt_text)} />
            ) : (
              <span key={i}>
                <Text value={one} />
              </span>
            ),
          )}
        </div>
      );
    case 'actions':
      return (
        <div className="actions">
          {dictsOf(block.elements).map((element) => (
            <Bound key={textOf(element.action_id)} block={block} element={element} label="" {...props} />
          ))}
        </div>
      );
    case 'input':
      return <Input block={block} {...props} />;
    case 'image':
      return <img className="picture" src={textOf(block.image_url)} alt={textOf(block.alt_text)} />;
    case 'markdown':
      return <Mrkdwn text={textOf(block.text)} />;
    default:
      return <p className="unknown">This block ({block.type}) is not drawn here.</p>;
  }
}

function Section({ block, ...props }: BlocksProps & { block: Block }): ReactNode {
  const accessory = isDict(block.accessory) ? block.accessory : null;
  const label = plain(block.text).replaceAll(/[*_~`]/g, '');
  return (
    <div className="section">
      <div className="section-text">
        {isDict(block.text) && <Text value={block.text} />}
        {Array.isArray(block.fields) && (
          <div className="fields">
            {dictsOf(block.fields).map((field, i) => (
              <div key={i}>
                <Text value={field} />
              </div>
            ))}
          </div>
        )}
      </div>
      {accessory !== null && (
        <Bound block={block} element={accessory} label={label.slice(0, 80)} {...props} />
      )}
    </div>
  );
}

function Input({ block, ...props }: BlocksProps & { block: Block }): ReactNode {
  const id = useId();
  const error = props.errors?.[block.block_id];
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error !== undefined && box.current?.closest('form')?.querySelector('[aria-invalid]') !== null)
      (box.current?.closest('form')?.querySelector('[aria-invalid]') as HTMLElement | null)?.focus();
  }, [error]);
  const label = plain(block.label);
  const notes = [block.hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(
    Boolean,
  );
  return (
    <div className="input" ref={box}>
      <div className="label" aria-hidden="true">
        {label} {block.optional === true && <small>(optional)</small>}
      </div>
      {isDict(block.element) && (
        <Bound
          block={block}
          element={block.element}
          label={label}
          isInvalid={error !== undefined}
          describedBy={notes.join(' ')}
          {...props}
        />
      )}
      {error !== undefined && (
        <p className="error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      {block.hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {plain(block.hint)}
        </p>
      )}
    </div>
  );
}

/** An element bound to its place in the form's values and to the person's hands. */
function Bound(
  o: BlocksProps & { block: Block; element: Dict; label: string; isInvalid?: boolean; describedBy?: string },
): ReactNode {
  const { block, element, values, hands } = o;
  const choices = useContext(ChoicesContext);
  const name = { blockId: block.block_id, actionId: textOf(element.action_id) };
  const dispatches = block.type !== 'input' || block.dispatch_action === true;

  function withChosen(chosen: Dict): StateValues {
    if (!isStateful(element)) return values;
    const row = { ...values[name.blockId], [name.actionId]: { type: element.type, ...chosen } };
    return { ...values, [name.blockId]: row };
  }
  return (
    <Element
      element={element}
      label={o.label}
      value={values[name.blockId]?.[name.actionId]}
      isInvalid={o.isInvalid === true}
      {...(o.describedBy && { describedBy: o.describedBy })}
      people={choices.people}
      channels={choices.channels}
      onChange={(chosen) => {
        const next = withChosen(chosen);
        o.setValues(next);
        if (dispatches) void hands.act(name, chosen, next);
      }}
      onAct={(chosen) => hands.act(name, chosen, values)}
      suggest={(typed) => hands.suggest(name, typed, values)}
    />
  );
}
