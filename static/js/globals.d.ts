// What comes from outside the modules: htmx, SortableJS, the portal's script, and events of the page.

import type SortableClass from 'sortablejs';

declare global {
  interface HtmxRequest {
    action: string;
    body: FormData;
    method: string;
  }

  /** What htmx knows of a request, and what this app adds to it. */
  interface HtmxContext {
    request: HtmxRequest;
    response?: { status: number };
    sourceElement: HTMLElement;
    swap?: string;
    target?: HTMLElement;
    fetch?: (address: string, options?: RequestInit) => Promise<Response>;
    /** Told the status of the answer, 0 without one. */
    done?: (status: number) => void;
    /** The page is read again, nobody asked for it. */
    refresh?: boolean;
    /** Which of the pages asked for this is. */
    pageNumber?: number;
  }

  type HtmxEvent = CustomEvent<{ ctx: HtmxContext }>;

  interface DocumentEventMap {
    'htmx:config:request': HtmxEvent;
    'htmx:before:request': HtmxEvent;
    'htmx:finally:request': HtmxEvent;
    'htmx:response:error': HtmxEvent;
    'htmx:error': CustomEvent<{ ctx?: HtmxContext }>;
    'htmx:before:swap': HtmxEvent;
    'htmx:after:swap': HtmxEvent;
    'htmx:after:process': Event;
    'board:cards': CustomEvent<{ ids: number[]; stage?: number; gone?: boolean | number[] }>;
    'board:idle': Event;
    'board:refresh': CustomEvent<{ unselect?: boolean } | null>;
    'board:stages': CustomEvent<{ order: number[]; into?: number }>;
    'crm:order': CustomEvent<{ order: number[]; into?: number }>;
    'dialog:close': Event;
    'drawer:close': Event;
    'scrum:done': Event;
  }

  interface Window {
    /** The script of the portal, where it is not blocked. */
    BX24: { init(ready: () => void): void; installFinish(): void };
  }

  interface ParentNode {
    /** Moves a node without taking it out; not in every browser. */
    moveBefore?(node: Node, next: Node | null): void;
  }

  const htmx: {
    ajax(method: string, address: string, options: Record<string, unknown>): Promise<void>;
    trigger(element: Element | string, name: string): void;
  };

  const Sortable: typeof SortableClass;
}
