/** An edit that was kept because the server had not called it safe when the page went away. */
export interface KeptEdit {
  key: number;
  epoch: number;
  update: Uint8Array;
}

/** The browser's own memory of edits that are not saved. Only these are kept, and only until they are. */
export interface UnsavedStore {
  /** From now on edits belong to this epoch of the document. */
  useEpoch(epoch: number): void;
  /** @returns the key, or undefined where the browser keeps nothing (private windows, no storage) */
  add(update: Uint8Array): Promise<number | undefined>;
  remove(keys: number[]): Promise<void>;
  list(): Promise<KeptEdit[]>;
}

const DATABASE = "ringside-rooms";
const STORE = "unsaved";

/** Edits of one user in one room, in IndexedDB. It never fails: without storage there is simply nothing kept. */
export function openUnsavedStore(roomId: string, userId: string): UnsavedStore {
  const owner = `${userId} ${roomId}`;
  const database = openDatabase();
  let epoch = 0;
  return {
    useEpoch: (value) => void (epoch = value),
    add: (update) =>
      run(database, "readwrite", (store) => store.add({ owner, epoch, update })).then(
        (key) => key as number | undefined,
      ),
    async remove(keys) {
      if (keys.length > 0) await run(database, "readwrite", (store) => keys.map((key) => store.delete(key)).at(-1)!);
    },
    async list() {
      const rows = await run(database, "readonly", (store) => store.index("owner").getAll(owner));
      const keys = await run(database, "readonly", (store) => store.index("owner").getAllKeys(owner));
      return (rows ?? []).map((row: KeptEdit, i) => ({ ...row, key: keys![i] as number }));
    },
  };
}

/** Removes everything kept for anybody: for signing out on a shared machine. */
export function forgetUnsavedEdits(): Promise<void> {
  if (typeof indexedDB === "undefined") return Promise.resolve();
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(DATABASE);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}

function openDatabase(): Promise<IDBDatabase | undefined> {
  if (typeof indexedDB === "undefined") return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE, { autoIncrement: true }).createIndex("owner", "owner");
    };
    request.onsuccess = () => {
      // Signing out in another tab removes the database; holding on to it would block that.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = request.onblocked = () => resolve(undefined);
  });
}

async function run<T>(
  database: Promise<IDBDatabase | undefined>,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T | undefined> {
  const opened = await database;
  if (!opened) return undefined;
  return new Promise((resolve) => {
    try {
      const transaction = opened.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => resolve(undefined);
    } catch {
      resolve(undefined);
    }
  });
}
