// This file is empty. It lets the test declare functions without bodies.
