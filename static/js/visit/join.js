// The page of whoever waits to be let in, patient or guest. Opening it is knocking: the first ticket says that they are here.
import { Room } from "./room.js";

new Room(document.getElementById("call")).start();
