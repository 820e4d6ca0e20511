/** A chat as a person uses it: the places of the screen by their names, and what a person waits for. */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { eventually, type Journey, patience, place } from "./journey.ts";

export interface Session { readonly id: string; readonly title: string; readonly state?: string }
export interface Message { readonly messageId: string; readonly role: string; readonly content: string }

export const composer = (page: Page): Locator => page.getByRole("textbox", { name: "Message", exact: true });
export const talk = (page: Page): Locator => page.getByRole("region", { name: "What was said" });
export const chats = (page: Page): Locator => page.getByRole("region", { name: "Chats" });
export const panel = (page: Page): Locator => page.getByRole("region", { name: "Session" });
/** There while a turn goes on. */
export const stopButton = (page: Page): Locator => page.getByRole("main").getByRole("button", { name: /^Stop( Esc)?$/ });

export const newChat = async (page: Page): Promise<void> => {
  await place(page, "Chat").click();
  await chats(page).getByRole("button", { name: "New chat" }).click();
  await page.getByRole("heading", { name: "What should be done?" }).waitFor();
};

/** Writes and sends; does not wait for the answer. */
export const say = async (page: Page, text: string, key = "Enter"): Promise<void> => {
  await composer(page).fill(text);
  await composer(page).press(key);
  await eventually("the message is taken", async () => assert.equal(await composer(page).inputValue(), ""));
};

/** Until no turn goes on. */
export const settled = async (page: Page, limit = patience): Promise<void> => {
  await eventually("the turn to end", async () => {
    assert.equal(await stopButton(page).count(), 0);
    assert.equal(await talk(page).getByText(/^Working/).count(), 0);
  }, limit);
};

export const ask = async (page: Page, text: string, answer: string | RegExp): Promise<void> => {
  await say(page, text);
  await talk(page).getByText(answer).last().waitFor();
  await settled(page);
};

/** A card takes no answer in its first half second; pressed until what follows is there, or until it is gone. */
export const press = async (button: Locator, follows?: Locator, gone?: Locator): Promise<void> => {
  await button.waitFor();
  await eventually("the button is taken", async () => {
    if ((await button.count()) > 0) await button.click({ timeout: 1_000 });
    if (follows !== undefined) await follows.waitFor({ timeout: 1_000 });
    if (gone !== undefined) await gone.waitFor({ state: "detached", timeout: 1_000 });
  });
};

/** An entry of the menu of a chat in the list. */
export const rowActs = async (page: Page, sessionId: string, entry: string): Promise<void> => {
  const row = chats(page).locator(`[data-session="${sessionId}"]`);
  await row.hover();
  await row.getByRole("button", { name: /^Acts for/ }).click();
  await page.getByRole("menuitem", { name: new RegExp(`^${entry}`) }).click();
};

/** The demo agent's long answer numbers its paragraphs: the last one that is drawn. */
export const lastNumber = async (page: Page): Promise<number> =>
  Math.max(0, ...(await talk(page).locator("strong").allTextContents()).map((text) => Number(/^(\d+)\.$/.exec(text)?.[1] ?? 0)));

/** The chat whose page is open. */
export const sessionOf = (page: Page): string => new URL(page.url()).hash.split("/").at(-1) ?? "";
export const sessions = (journey: Journey): Promise<Session[]> => journey.call<Session[]>("list_sessions");
export const messages = (journey: Journey, sessionId: string): Promise<Message[]> => journey.call<Message[]>("get_messages", { sessionId });
