import { MalformedInput } from "./byte-reader.ts";
import { ClientRuns } from "./client-runs.ts";
import { requireFittingKind } from "./kinds.ts";
import { canBeNeighbours } from "./list-order.ts";
import { Content, TypeKind } from "./walk-content.ts";
import type { ClientSection, StructId, WalkedStruct } from "./walk-update.ts";

/** One list of the document: the children of a type, or the successive values of one attribute. */
export interface ListFacts {
  /** Null for a root type whose use nobody declared. */
  kind: TypeKind | null;
  /** The attribute's name; null for children. */
  sub: string | null;
  depth: number;
}

const COLLECTED = 0;
const COLLECTED_FACTS: ListFacts = { kind: null, sub: null, depth: 0 };

/** The root types the product gives a meaning to. Others are let through as data that nobody renders. */
const ROOT_KINDS: Readonly<Record<string, TypeKind>> = { notes: TypeKind.XmlFragment };

/**
 * What a room must remember to tell a sound update from one that would poison the document, without being a document:
 * for each client which runs it typed, for each run which list it is in and between which neighbours.
 * Admitted structs always: continue their client's clock, refer only to known structs, have both neighbours in one list
 * and in the right order, and fit the kind of type they are in. Together these make every client build the same document,
 * whatever the order of arrival.
 */
export class RoomShape {
  private readonly clients = new Map<number, ClientRuns>();
  private lists: ListFacts[] = [COLLECTED_FACTS];
  private readonly listKeys = new Map<string, number>();
  private readonly types = new Map<string, { kind: TypeKind; depth: number }>();

  private checksOrder = true;

  constructor(private readonly maxDepth: number) {}

  /** The next clock of a client; 0 if it never wrote. */
  clock(client: number): number {
    return this.clients.get(client)?.clock ?? 0;
  }

  /**
   * Takes in all structs of an update, or none.
   * @param isTrusted skips the order of neighbours, the one check that is slow on a whole document.
   * @throws MalformedInput "gap" or "unknown-dependency" when something is missing, another reason when it can never fit.
   */
  admit(sections: readonly ClientSection[], { isTrusted = false } = {}): void {
    this.checksOrder = !isTrusted;
    const undo = this.mark(sections);
    try {
      for (const section of sections) if (section.from !== this.clock(section.client)) throw new MalformedInput("gap");
      this.integrate(sections);
    } catch (error) {
      undo();
      throw error;
    }
  }

  /** Adds structs in an order that respects what they refer to, as Yjs does; circles and strangers are refused. */
  private integrate(sections: readonly ClientSection[]): void {
    const waiting = new Map<number, number[]>();
    const progress = sections.map(() => 0);
    const ready = sections.map((_, index) => index);
    while (ready.length > 0) {
      const index = ready.pop()!;
      const { client, structs } = sections[index]!;
      for (let at = progress[index]!; at < structs.length; at = ++progress[index]!) {
        const missing = this.missingClient(structs[at]!);
        if (missing !== null) {
          waiting.set(missing, [...(waiting.get(missing) ?? []), index]);
          break;
        }
        this.add(structs[at]!);
        ready.push(...(waiting.get(client) ?? []));
        waiting.delete(client);
      }
    }
    if (waiting.size > 0) throw new MalformedInput("unknown-dependency");
  }

  /** The client whose struct must come first, or null. */
  private missingClient(struct: WalkedStruct): number | null {
    const parent = typeof struct.parent === "string" ? null : struct.parent;
    for (const id of [struct.origin, struct.rightOrigin, parent]) {
      if (id === null || id.clock < this.clock(id.client)) continue;
      if (id.client === struct.client) throw new MalformedInput("self-reference");
      return id.client;
    }
    return null;
  }

  private add(struct: WalkedStruct): void {
    if (struct.content === Content.Skip) throw new MalformedInput("gap");
    const list = struct.content === Content.Gc ? COLLECTED : this.listOf(struct);
    if (list !== COLLECTED) {
      const facts = this.lists[list]!;
      requireFittingKind(struct, facts);
      if (struct.typeKind !== null) this.addType(struct, struct.typeKind, facts.depth + 1);
    }
    this.runsOf(struct.client).append(struct.client, struct.length, {
      list,
      isErased: list === COLLECTED || struct.content === Content.Deleted,
      origin: struct.origin,
      rightOrigin: struct.rightOrigin,
    });
  }

  private addType(struct: WalkedStruct, kind: TypeKind, depth: number): void {
    if (depth > this.maxDepth) throw new MalformedInput("nesting");
    this.types.set(keyOf(struct), { kind, depth });
  }

  private listOf(struct: WalkedStruct): number {
    const { origin, rightOrigin, parent, parentSub } = struct;
    const left = origin && this.runAt(origin).list;
    const right = rightOrigin && this.runAt(rightOrigin).list;
    if (left !== null && right !== null && left !== right) throw new MalformedInput("two-lists");
    const side = left ?? right;
    if (side === null) return this.listOfParent(parent!, parentSub);
    // The newest value of an attribute is always the last of its list.
    if (right !== null && this.lists[side]!.sub !== null) throw new MalformedInput("order");
    if (side !== COLLECTED && this.checksOrder && !canBeNeighbours(this.clients, origin, rightOrigin))
      throw new MalformedInput("order");
    return side;
  }

  private listOfParent(parent: StructId | string, sub: string | null): number {
    if (typeof parent === "string") {
      return this.listNamed(`root ${parent}`, { kind: ROOT_KINDS[parent] ?? null, sub, depth: 0 });
    }
    const type = this.types.get(keyOf(parent));
    if (type) return this.listNamed(keyOf(parent), { ...type, sub });
    // A deleted type is remembered by nobody; Yjs turns whatever is put into it to garbage.
    if (this.runAt(parent).isErased) return COLLECTED;
    throw new MalformedInput("parent");
  }

  private listNamed(owner: string, facts: ListFacts): number {
    const key = facts.sub === null ? owner : `${owner} ${facts.sub}`;
    const known = this.listKeys.get(key);
    if (known !== undefined) return known;
    this.listKeys.set(key, this.lists.length);
    return this.lists.push(facts) - 1;
  }

  private runAt(id: StructId) {
    return this.clients.get(id.client)!.at(id.clock);
  }

  private runsOf(client: number): ClientRuns {
    let runs = this.clients.get(client);
    if (!runs) this.clients.set(client, (runs = new ClientRuns()));
    return runs;
  }

  /** Remembers where things stand and returns how to go back there. */
  private mark(sections: readonly ClientSection[]): () => void {
    const clocks = sections.map(({ client }) => [client, this.clock(client)] as const);
    const listCount = this.lists.length;
    return () => {
      for (const [client, clock] of clocks) {
        for (const struct of sections.find((section) => section.client === client)!.structs)
          if (struct.typeKind !== null && struct.clock >= clock) this.types.delete(keyOf(struct));
        if (clock === 0) this.clients.delete(client);
        else this.clients.get(client)!.truncate(clock);
      }
      this.lists = this.lists.slice(0, listCount);
      for (const [key, list] of this.listKeys) if (list >= listCount) this.listKeys.delete(key);
    };
  }
}

const keyOf = ({ client, clock }: StructId): string => `${client}:${clock}`;
