// Blocks, and the values of their fields.
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { type Block, type Dict, dictsOf, isDict, type StateValues, textOf } from '../../shapes.ts';
import { isStateful, stateOf } from '../../workspace/view-state.ts';
import type { ElementActions } from './api.ts';
import { Element } from './elements.tsx';
import { plain, Text } from './mrkdwn.tsx';

/** Typed values by view or message, so that a modal keeps them while another one covers it. */
const typed = new Map<string, StateValues>();
const MAX_TYPED = 200;

/** The values of a form. A field that is still there after an update of the view keeps its value. */
export function useValues(key: string, blocks: Block[]): [StateValues, (values: StateValues) => void] {
  const [, repaint] = useState(0);
  const setValues = (values: StateValues): void => {
    typed.set(key, values);
    if (typed.size > MAX_TYPED) typed.delete(typed.keys().next().value ?? '');
    repaint((count) => count + 1);
  };
  return [stateOf(blocks, typed.get(key)), setValues];
}

type BlocksProps = {
  blocks: Block[];
  values: StateValues;
  setValues: (values: StateValues) => void;
  actions: ElementActions;
  errors?: Record<string, string>;
};
type BlockProps = BlocksProps & { block: Block };

export function Blocks(props: BlocksProps): ReactNode {
  return props.blocks.map((block) => <OneBlock key={block.block_id} block={block} {...props} />);
}

function OneBlock(props: BlockProps): ReactNode {
  const { block } = props;
  switch (block.type) {
    case 'header':
      return <h3 className="block-header">{plain(block.text)}</h3>;
    case 'divider':
      return <hr />;
    case 'section':
      return <Section {...props} />;
    case 'context':
      return (
        <div className="context">
          <Texts values={block.elements} />
        </div>
      );
    case 'actions':
      return (
        <div className="actions">
          {dictsOf(block.elements).map((element) => (
            <Bound key={textOf(element.action_id)} element={element} label="" {...props} />
          ))}
        </div>
      );
    default:
      return <Input {...props} />;
  }
}

const Texts = ({ values }: { values: unknown }): ReactNode =>
  dictsOf(values).map((value, i) => (
    <div key={i}>
      <Text value={value} />
    </div>
  ));

function Section(props: BlockProps): ReactNode {
  const { text, fields, accessory } = props.block;
  return (
    <div className="section">
      <div className="section-text">
        {isDict(text) && <Text value={text} />}
        {Array.isArray(fields) && (
          <div className="fields">
            <Texts values={fields} />
          </div>
        )}
      </div>
      {isDict(accessory) && <Bound element={accessory} label={plain(text)} {...props} />}
    </div>
  );
}

function Input(props: BlockProps): ReactNode {
  const { block, errors = {} } = props;
  const id = useId();
  const error = errors[block.block_id];
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error !== undefined)
      box.current?.closest('form')?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [error]);
  const label = plain(block.label);
  const notes = [block.hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`];
  return (
    <div className="input" ref={box}>
      <div className="label" aria-hidden="true">
        {label} {block.optional === true && <small>(optional)</small>}
      </div>
      {isDict(block.element) && (
        <Bound
          element={block.element}
          label={label}
          isInvalid={error !== undefined}
          describedBy={notes.filter(Boolean).join(' ')}
          {...props}
        />
      )}
      {error !== undefined && (
        <p className="error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      {block.hint !== undefined && (
        <p className="note" id={`${id}-hint`}>
          {plain(block.hint)}
        </p>
      )}
    </div>
  );
}

/** An element bound to its place in the form's values and to what the person can do there. */
function Bound(
  o: BlockProps & { element: Dict; label: string; isInvalid?: boolean; describedBy?: string },
): ReactNode {
  const { block, element, values, actions } = o;
  const name = { blockId: block.block_id, actionId: textOf(element.action_id) };
  return (
    <Element
      element={element}
      label={o.label}
      value={values[name.blockId]?.[name.actionId]}
      isInvalid={o.isInvalid === true}
      describedBy={o.describedBy || undefined}
      onChange={(chosen) => {
        const row = { ...values[name.blockId], [name.actionId]: { type: element.type, ...chosen } };
        if (isStateful(element)) o.setValues({ ...values, [name.blockId]: row });
      }}
      onAct={(chosen) => actions.act(name, chosen, values)}
      suggest={(text) => actions.suggest(name, text, values)}
    />
  );
}
