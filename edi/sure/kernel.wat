;; Takes segments that are right beyond doubt: finds the place of each in the guide, and looks at its elements. What is
;; odd in any way it leaves to segment-placer.ts and element-checker.ts: it may say no to what is right, never yes to what
;; is wrong. `node scripts/build-kernels.mjs` turns this into edi/sure/kernel-bytes.ts; a test compares the two.
;; Addresses are those of sure-kernel.ts, records those of guide-image.ts.
(module
  ;; Layout of the memory:
  ;;       0  control: events written, current loop, serial number of the newest loop instance, delta, stride, ...
  ;;     512  what each byte is worth in a segment id, 256 bytes
  ;;    1024  the bytes of the window
  ;;   66560  marks, then at 148480 the ends of segments: see scan-kernel.ts
  ;;  214016  events, 16 bytes each: node (or -1 less a loop that is closed), elements present (-1: look at
  ;;          all again), segment, elements to look at again
  ;;  279552  by loop: serial number of its instance, at 280576 the position reached, at 281600 required items seen
  ;;  282624  by node: how often it was seen, at 286720 in which instance of its owner
  ;;  290816  segment key to the guide's small number
  ;; As large as the guide needs; 16 MiB at most.
  (import "guide" "memory" (memory 5 256))

  ;; The mark that ends one component of the cursor's segment; 0 when it is not there.
  (func $token (param $first i32) (param $last i32) (param $element i32) (param $component i32) (result i32)
    (local $at i32) (local $seen i32)
    (local.set $at (local.get $first))
    (block $found
      (loop $next
        (if (i32.ge_s (local.get $at) (local.get $last)) (then (return (i32.const 0))))
        (if (i32.eqz (i32.and (i32.load (i32.add (i32.const 66560) (i32.shl (local.get $at) (i32.const 2)))) (i32.const 3)))
          (then
            (local.set $seen (i32.add (local.get $seen) (i32.const 1)))
            (br_if $found (i32.eq (local.get $seen) (local.get $element)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (local.set $at (i32.add (local.get $at) (i32.const 1)))
    (loop $inner
      (if (i32.gt_s (local.get $component) (i32.const 1))
        (then
          (if (i32.ne
              (i32.and (i32.load (i32.add (i32.const 66560) (i32.shl (local.get $at) (i32.const 2)))) (i32.const 3))
              (i32.const 1))
            (then (return (i32.const 0))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (local.set $component (i32.sub (local.get $component) (i32.const 1)))
          (br $inner))))
    (local.get $at))

  ;; Up to four bytes as one number.
  (func $pack (param $start i32) (param $end i32) (result i32)
    (local $packed i32)
    (loop $next
      (if (i32.lt_s (local.get $start) (local.get $end))
        (then
          (local.set $packed (i32.or (i32.shl (local.get $packed) (i32.const 8)) (i32.load8_u (local.get $start))))
          (local.set $start (i32.add (local.get $start) (i32.const 1)))
          (br $next))))
    (local.get $packed))

  ;; Whether a packed code is in an open-addressing table of `mask + 1` places.
  (func $has (param $table i32) (param $mask i32) (param $packed i32) (result i32)
    (local $slot i32) (local $found i32)
    (local.set $slot (i32.and
      (i32.shr_u (i32.mul (local.get $packed) (i32.const 0x9e3779b1)) (i32.const 16))
      (local.get $mask)))
    (loop $next
      (local.set $found (i32.load (i32.add (local.get $table) (i32.shl (local.get $slot) (i32.const 2)))))
      (if (i32.eq (local.get $found) (local.get $packed)) (then (return (i32.ne (local.get $packed) (i32.const 0)))))
      (if (i32.eqz (local.get $found)) (then (return (i32.const 0))))
      (local.set $slot (i32.and (i32.add (local.get $slot) (i32.const 1)) (local.get $mask)))
      (br $next))
    (unreachable))

  (func $digits (param $start i32) (param $end i32) (result i32)
    (loop $next
      (if (i32.lt_s (local.get $start) (local.get $end))
        (then
          (if (i32.gt_u (i32.sub (i32.load8_u (local.get $start)) (i32.const 0x30)) (i32.const 9))
            (then (return (i32.const 0))))
          (local.set $start (i32.add (local.get $start) (i32.const 1)))
          (br $next))))
    (i32.const 1))

  ;; Type R: how many digits; -1 when it is no such number.
  (func $decimal (param $start i32) (param $end i32) (result i32)
    (local $count i32) (local $points i32) (local $byte i32)
    (if (i32.eq (i32.load8_u (local.get $start)) (i32.const 0x2d))
      (then (local.set $start (i32.add (local.get $start) (i32.const 1)))))
    (loop $next
      (if (i32.lt_s (local.get $start) (local.get $end))
        (then
          (local.set $byte (i32.load8_u (local.get $start)))
          (if (i32.le_u (i32.sub (local.get $byte) (i32.const 0x30)) (i32.const 9))
            (then (local.set $count (i32.add (local.get $count) (i32.const 1))))
            (else
              (if (i32.or (i32.ne (local.get $byte) (i32.const 0x2e)) (local.get $points))
                (then (return (i32.const -1))))
              (local.set $points (i32.const 1))))
          (local.set $start (i32.add (local.get $start) (i32.const 1)))
          (br $next))))
    (if (result i32) (local.get $count) (then (local.get $count)) (else (i32.const -1))))

  (func $two (param $at i32) (result i32)
    (i32.sub
      (i32.add (i32.mul (i32.load8_u (local.get $at)) (i32.const 10)) (i32.load8_u offset=1 (local.get $at)))
      (i32.const 528)))

  ;; CCYYMMDD, a day that exists; eight bytes are there.
  (func $date (param $at i32) (result i32)
    (local $month i32) (local $day i32) (local $year i32) (local $all i64)
    (local.set $all (i64.xor (i64.load (local.get $at)) (i64.const 0x3030303030303030)))
    ;; A digit is 0 to 9 now: adding 6 leaves its upper half empty.
    (if (i64.ne
        (i64.and
          (i64.or (local.get $all) (i64.add (local.get $all) (i64.const 0x0606060606060606)))
          (i64.const 0xf0f0f0f0f0f0f0f0))
        (i64.const 0))
      (then (return (i32.const 0))))
    (if (i32.lt_s (call $two (local.get $at)) (i32.const 18)) (then (return (i32.const 0))))
    (local.set $month (call $two (i32.add (local.get $at) (i32.const 4))))
    (local.set $day (call $two (i32.add (local.get $at) (i32.const 6))))
    (if (i32.gt_u (i32.sub (local.get $month) (i32.const 1)) (i32.const 11)) (then (return (i32.const 0))))
    (if (i32.eqz (local.get $day)) (then (return (i32.const 0))))
    (if (i32.le_s (local.get $day) (i32.const 28)) (then (return (i32.const 1))))
    (if (i32.eq (local.get $month) (i32.const 2))
      (then
        (local.set $year (i32.add
          (i32.mul (call $two (local.get $at)) (i32.const 100))
          (call $two (i32.add (local.get $at) (i32.const 2)))))
        (if (i32.ne (local.get $day) (i32.const 29)) (then (return (i32.const 0))))
        (if (i32.and (local.get $year) (i32.const 3)) (then (return (i32.const 0))))
        (return (i32.or
          (i32.ne (i32.rem_s (local.get $year) (i32.const 100)) (i32.const 0))
          (i32.eqz (i32.rem_s (local.get $year) (i32.const 400)))))))
    (if (i32.le_s (local.get $day) (i32.const 30)) (then (return (i32.const 1))))
    ;; Months of 31 days, a bit each.
    (i32.and
      (i32.eq (local.get $day) (i32.const 31))
      (i32.shr_u (i32.const 0x15aa) (local.get $month))))

  ;; A date time period that is a day (D8), a range of days (RD8) or a time (TM) after its qualifier.
  (func $period (param $start i32) (param $end i32) (result i32)
    (local $length i32)
    (local.set $length (i32.sub (local.get $end) (local.get $start)))
    ;; Between equal delimiters: 'D8' and what stands before it.
    (if (i32.eq (i32.load16_u (i32.sub (local.get $start) (i32.const 3))) (i32.const 0x3844))
      (then
        (if (i32.eq
            (i32.load8_u (i32.sub (local.get $start) (i32.const 4)))
            (i32.load8_u (i32.sub (local.get $start) (i32.const 1))))
          (then
            (if (i32.ne (local.get $length) (i32.const 8)) (then (return (i32.const 0))))
            (return (call $date (local.get $start)))))
        (if (i32.eq (i32.load8_u (i32.sub (local.get $start) (i32.const 4))) (i32.const 0x52))
          (then
            (if (i32.ne (local.get $length) (i32.const 17)) (then (return (i32.const 0))))
            (if (i32.ne
                (i32.load8_u (i32.sub (local.get $start) (i32.const 5)))
                (i32.load8_u (i32.sub (local.get $start) (i32.const 1))))
              (then (return (i32.const 0))))
            (if (i32.ne (i32.load8_u offset=8 (local.get $start)) (i32.const 0x2d)) (then (return (i32.const 0))))
            (if (i32.eqz (call $date (local.get $start))) (then (return (i32.const 0))))
            (return (call $date (i32.add (local.get $start) (i32.const 9))))))))
    (i32.const 0))

  ;; So many bytes, each from one character to another, or a digit where digits are let pass.
  (func $made (param $spec i32) (param $start i32) (param $end i32) (result i32)
    (local $from i32) (local $span i32) (local $byte i32) (local $a i32)
    (local.set $a (i32.load offset=12 (local.get $spec)))
    (local.set $from (i32.and (local.get $a) (i32.const 0xff)))
    (local.set $span (i32.and (i32.shr_u (local.get $a) (i32.const 8)) (i32.const 0xff)))
    (loop $next
      (if (i32.lt_s (local.get $start) (local.get $end))
        (then
          (local.set $byte (i32.load8_u (local.get $start)))
          (if (i32.gt_u (i32.sub (local.get $byte) (local.get $from)) (local.get $span))
            (then
              (if (i32.lt_u (local.get $a) (i32.const 0x10000)) (then (return (i32.const 0))))
              (if (i32.gt_u (i32.sub (local.get $byte) (i32.const 0x30)) (i32.const 9)) (then (return (i32.const 0))))))
          (local.set $start (i32.add (local.get $start) (i32.const 1)))
          (br $next))))
    (i32.const 1))

  ;; Whether a value that is there is right beyond doubt.
  (func $passes (param $spec i32) (param $start i32) (param $end i32) (result i32)
    (local $length i32)
    (local.set $length (i32.sub (local.get $end) (local.get $start)))
    (if (i32.lt_s (local.get $length) (i32.load offset=4 (local.get $spec))) (then (return (i32.const 0))))
    (if (i32.gt_s (local.get $length) (i32.load offset=8 (local.get $spec))) (then (return (i32.const 0))))
    (block $other
      (block $made
        (block $period
          (block $date
            (block $decimal
              (block $integer
                (block $code
                  (block $text
                    (block $anything
                      (br_table $other $text $code $integer $decimal $date $made $period $anything $other
                        (i32.load (local.get $spec))))
                    (return (i32.const 1)))
                  (return (i32.ne (i32.load8_u (local.get $start)) (i32.const 0x20))))
                (if (i32.gt_s (local.get $length) (i32.const 4)) (then (return (i32.const 0))))
                (return (call $has
                  (i32.load offset=12 (local.get $spec))
                  (i32.load offset=16 (local.get $spec))
                  (call $pack (local.get $start) (local.get $end)))))
              (return (call $digits (local.get $start) (local.get $end))))
            (return (i32.ge_s
              (call $decimal (local.get $start) (local.get $end))
              (i32.load offset=4 (local.get $spec)))))
          (if (i32.ne (local.get $length) (i32.const 8)) (then (return (i32.const 0))))
          (return (call $date (local.get $start))))
        (return (call $period (local.get $start) (local.get $end))))
      (return (call $made (local.get $spec) (local.get $start) (local.get $end))))
    (i32.const 0))

  ;; Whether syntax notes are kept. They begin with their number.
  (func $keeps (param $notes i32) (param $present i32) (result i32)
    (local $left i32) (local $there i32) (local $mask i32) (local $first i32) (local $sort i32)
    (if (i32.eqz (local.get $notes)) (then (return (i32.const 1))))
    (local.set $left (i32.load (local.get $notes)))
    (local.set $notes (i32.add (local.get $notes) (i32.const 4)))
    (loop $next
      (if (local.get $left)
        (then
          (local.set $sort (i32.load (local.get $notes)))
          (local.set $mask (i32.load offset=4 (local.get $notes)))
          (local.set $first (i32.load offset=8 (local.get $notes)))
          (local.set $there (i32.and (local.get $present) (local.get $mask)))
          (if (i32.eqz (local.get $sort))
            (then
              ;; Paired.
              (if (i32.and
                  (i32.ne (local.get $there) (i32.const 0))
                  (i32.ne (local.get $there) (local.get $mask)))
                (then (return (i32.const 0)))))
            (else
              (if (i32.eq (local.get $sort) (i32.const 1))
                (then (if (i32.eqz (local.get $there)) (then (return (i32.const 0)))))
                (else
                  (if (i32.eq (local.get $sort) (i32.const 2))
                    (then
                      (if (i32.and (local.get $there) (i32.sub (local.get $there) (i32.const 1)))
                        (then (return (i32.const 0)))))
                    (else
                      (if (i32.eq (local.get $sort) (i32.const 3))
                        (then
                          (if (i32.and
                              (i32.ne (i32.and (local.get $there) (local.get $first)) (i32.const 0))
                              (i32.ne (local.get $there) (local.get $mask)))
                            (then (return (i32.const 0)))))
                        (else
                          (if (i32.eq (local.get $there) (local.get $first)) (then (return (i32.const 0))))))))))))
          (local.set $notes (i32.add (local.get $notes) (i32.const 12)))
          (local.set $left (i32.sub (local.get $left) (i32.const 1)))
          (br $next))))
    (i32.const 1))

  ;; Which elements hold data, a bit each. Those that are to be looked at again are left in the control, a bit each; -1 when
  ;; the segment is to be looked at as a whole.
  (func $elements (param $node i32) (param $first i32) (param $last i32) (param $delta i32) (result i32)
    (local $present i32) (local $element i32) (local $spec i32) (local $beyond i32) (local $at i32) (local $past i32)
    (local $mark i32) (local $start i32) (local $end i32) (local $part i32) (local $parts i32) (local $component i32)
    (local $again i32) (local $odd i32)
    (local.set $spec (i32.load offset=36 (local.get $node)))
    (local.set $beyond (i32.add (local.get $spec) (i32.shl (i32.load offset=32 (local.get $node)) (i32.const 5))))
    (local.set $element (i32.const 1))
    (local.set $at (i32.add (i32.const 66560) (i32.shl (local.get $first) (i32.const 2))))
    (local.set $past (i32.add (i32.const 66560) (i32.shl (local.get $last) (i32.const 2))))
    (local.set $end (i32.add (i32.shr_s (i32.load (local.get $at)) (i32.const 2)) (local.get $delta)))
    (local.set $start (local.get $end))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $at) (local.get $past)))
        (if (i32.eq (local.get $spec) (local.get $beyond)) (then (return (i32.const -1))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (local.set $start (i32.add (local.get $end) (i32.const 1)))
        (local.set $mark (i32.load (local.get $at)))
        (local.set $end (i32.add (i32.shr_s (local.get $mark) (i32.const 2)) (local.get $delta)))
        (local.set $mark (i32.and (local.get $mark) (i32.const 3)))
        (if (i32.eq (i32.load (local.get $spec)) (i32.const 9))
          (then
            (local.set $part (i32.load offset=12 (local.get $spec)))
            (local.set $parts (i32.const 0))
            (local.set $odd (i32.const 0))
            (local.set $component (i32.const 1))
            (block $whole
              (loop $inner
                (if (i32.lt_s (local.get $start) (local.get $end))
                  (then
                    (if (i32.gt_s (local.get $component) (i32.load offset=16 (local.get $spec)))
                      (then (return (i32.const -1))))
                    (if (i32.eqz (call $passes (local.get $part) (local.get $start) (local.get $end)))
                      (then (local.set $odd (i32.const 1))))
                    (local.set $parts (i32.or (local.get $parts) (i32.shl (i32.const 1) (local.get $component))))))
                (br_if $whole (i32.ne (local.get $mark) (i32.const 1)))
                (local.set $at (i32.add (local.get $at) (i32.const 4)))
                (local.set $start (i32.add (local.get $end) (i32.const 1)))
                (local.set $mark (i32.load (local.get $at)))
                (local.set $end (i32.add (i32.shr_s (local.get $mark) (i32.const 2)) (local.get $delta)))
                (local.set $mark (i32.and (local.get $mark) (i32.const 3)))
                (local.set $component (i32.add (local.get $component) (i32.const 1)))
                (local.set $part (i32.add (local.get $part) (i32.const 32)))
                (br $inner)))
            (if (i32.eq (local.get $mark) (i32.const 2)) (then (return (i32.const -1))))
            (if (local.get $parts)
              (then
                (if (i32.or
                    (i32.or
                      (local.get $odd)
                      (i32.ne
                        (i32.and (local.get $parts) (i32.load offset=24 (local.get $spec)))
                        (i32.load offset=24 (local.get $spec))))
                    (i32.eqz (call $keeps (i32.load offset=28 (local.get $spec)) (local.get $parts))))
                  (then (local.set $again (i32.or
                    (local.get $again)
                    (i32.shl (i32.const 1) (local.get $element))))))
                (local.set $present (i32.or (local.get $present) (i32.shl (i32.const 1) (local.get $element)))))
              (else
                (if (i32.gt_s (local.get $component) (i32.const 1)) (then (return (i32.const -1))))
                (if (i32.load offset=20 (local.get $spec))
                  (then (local.set $again (i32.or
                    (local.get $again)
                    (i32.shl (i32.const 1) (local.get $element)))))))))
          (else
            ;; Components or repetitions.
            (if (i32.lt_u (i32.sub (local.get $mark) (i32.const 1)) (i32.const 2)) (then (return (i32.const -1))))
            (if (i32.lt_s (local.get $start) (local.get $end))
              (then
                (if (i32.eqz (call $passes (local.get $spec) (local.get $start) (local.get $end)))
                  (then (local.set $again (i32.or
                    (local.get $again)
                    (i32.shl (i32.const 1) (local.get $element))))))
                (local.set $present (i32.or (local.get $present) (i32.shl (i32.const 1) (local.get $element)))))
              (else
                (if (i32.load offset=20 (local.get $spec))
                  (then (local.set $again (i32.or
                    (local.get $again)
                    (i32.shl (i32.const 1) (local.get $element))))))))))
        (local.set $element (i32.add (local.get $element) (i32.const 1)))
        (local.set $spec (i32.add (local.get $spec) (i32.const 32)))
        (br $next)))
    ;; A trailing delimiter; a segment without elements; required elements that are not reached.
    (if (i32.eq (local.get $start) (local.get $end)) (then (return (i32.const -1))))
    (if (i32.le_s (local.get $element) (i32.load offset=40 (local.get $node))) (then (return (i32.const -1))))
    (if (i32.eqz (call $keeps (i32.load offset=44 (local.get $node)) (local.get $present)))
      (then (return (i32.const -1))))
    (i32.store (i32.const 28) (local.get $again))
    (local.get $present))

  ;; The first node of a list all of whose qualifiers fit and that has room; 0 when that is not certain.
  (func $best (param $list i32) (param $first i32) (param $last i32) (param $delta i32) (result i32)
    (local $left i32) (local $level i32) (local $partly i32) (local $node i32) (local $tried i32) (local $qualifier i32)
    (local $count i32) (local $token i32) (local $start i32) (local $end i32) (local $index i32)
    (local.set $left (i32.load (local.get $list)))
    (local.set $list (i32.add (local.get $list) (i32.const 12)))
    (loop $next
      (if (i32.eqz (local.get $left)) (then (return (i32.const 0))))
      (if (i32.ne (i32.load offset=4 (local.get $list)) (local.get $level))
        (then
          (if (local.get $partly) (then (return (i32.const 0))))
          (local.set $level (i32.load offset=4 (local.get $list)))))
      (local.set $node (i32.load (local.get $list)))
      (local.set $tried (i32.load offset=8 (local.get $list)))
      (local.set $count (i32.load offset=48 (local.get $node)))
      (block $not
        (loop $more
          (if (i32.lt_s (local.get $tried) (local.get $count))
            (then
              (local.set $qualifier (i32.add
                (i32.load offset=52 (local.get $node))
                (i32.mul (local.get $tried) (i32.const 20))))
              (local.set $token (call $token
                (local.get $first)
                (local.get $last)
                (i32.load (local.get $qualifier))
                (i32.load offset=4 (local.get $qualifier))))
              (block $fits
                (if (local.get $token)
                  (then
                    (local.set $token (i32.add (i32.const 66560) (i32.shl (local.get $token) (i32.const 2))))
                    (local.set $end (i32.add (i32.shr_s (i32.load (local.get $token)) (i32.const 2)) (local.get $delta)))
                    (local.set $start (i32.add
                      (i32.add
                        (i32.shr_s (i32.load (i32.sub (local.get $token) (i32.const 4))) (i32.const 2))
                        (local.get $delta))
                      (i32.const 1)))
                    (if (i32.gt_s (i32.sub (local.get $end) (local.get $start)) (i32.const 4))
                      (then
                        ;; Longer codes are not in the table.
                        (if (i32.load offset=16 (local.get $qualifier)) (then (return (i32.const 0)))))
                      (else
                        (br_if $fits (call $has
                          (i32.load offset=8 (local.get $qualifier))
                          (i32.load offset=12 (local.get $qualifier))
                          (call $pack (local.get $start) (local.get $end))))))))
                (if (local.get $tried) (then (local.set $partly (i32.const 1))))
                (br $not))
              (local.set $tried (i32.add (local.get $tried) (i32.const 1)))
              (br $more))))
        (local.set $index (i32.shl (i32.load (local.get $node)) (i32.const 2)))
        (if (i32.ne
            (i32.load offset=286720 (local.get $index))
            (i32.load offset=279552 (i32.shl (i32.load offset=12 (local.get $node)) (i32.const 2))))
          (then (return (local.get $node))))
        (if (i32.lt_s (i32.load offset=282624 (local.get $index)) (i32.load offset=20 (local.get $node)))
          (then (return (local.get $node))))
        (local.set $partly (i32.const 1)))
      (local.set $list (i32.add (local.get $list) (i32.const 12)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br $next))
    (unreachable))

  ;; Takes segments from `segment` on, up to `beyond`. `first` is the first mark of the first one, `start` its place in
  ;; the reader's bytes. Returns the number of the first segment that it did not take.
  (func (export "run") (param $segment i32) (param $beyond i32) (param $first i32) (param $start i32) (result i32)
    (local $delta i32) (local $current i32) (local $serial i32) (local $event i32) (local $end i32) (local $last i32)
    (local $at i32) (local $past i32) (local $key i32) (local $list i32) (local $split i32) (local $code i32)
    (local $node i32) (local $owner i32) (local $loop i32) (local $count i32) (local $index i32) (local $opens i32)
    (local $present i32) (local $slot i32) (local $byte i32) (local $mask i32)
    (local.set $current (i32.load (i32.const 4)))
    (local.set $serial (i32.load (i32.const 8)))
    (local.set $delta (i32.load (i32.const 12)))
    (local.set $event (i32.const 214016))
    (block $done
      (loop $next
        (br_if $done (i32.ge_s (local.get $segment) (local.get $beyond)))
        ;; Room for the loops that one segment may close, and for itself.
        (br_if $done (i32.gt_s (local.get $event) (i32.const 279024)))
        (local.set $end (i32.load offset=148480 (i32.shl (local.get $segment) (i32.const 2))))
        (local.set $last (i32.shr_s (local.get $end) (i32.const 2)))
        (br_if $done (i32.gt_s (i32.sub (local.get $last) (local.get $first)) (i32.const 4096)))
        ;; The segment id.
        (local.set $past (i32.load offset=66560 (i32.shl (local.get $first) (i32.const 2))))
        (local.set $at (i32.and (local.get $past) (i32.const 3)))
        (br_if $done (i32.or (i32.eq (local.get $at) (i32.const 1)) (i32.eq (local.get $at) (i32.const 2))))
        (local.set $past (i32.add (i32.shr_s (local.get $past) (i32.const 2)) (local.get $delta)))
        (local.set $at (i32.add (local.get $start) (local.get $delta)))
        (block $begun
          (loop $lines
            (br_if $done (i32.ge_s (local.get $at) (local.get $past)))
            (local.set $byte (i32.load8_u (local.get $at)))
            (br_if $begun (i32.and
              (i32.ne (local.get $byte) (i32.const 0x0a))
              (i32.ne (local.get $byte) (i32.const 0x0d))))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $lines)))
        (local.set $count (i32.sub (local.get $past) (local.get $at)))
        (br_if $done (i32.gt_u (i32.sub (local.get $count) (i32.const 2)) (i32.const 1)))
        (local.set $key (i32.load8_u offset=512 (local.get $byte)))
        (br_if $done (i32.lt_s (local.get $key) (i32.const 11)))
        (local.set $byte (i32.load8_u offset=512 (i32.load8_u offset=1 (local.get $at))))
        (br_if $done (i32.eqz (local.get $byte)))
        (local.set $key (i32.mul
          (i32.add (i32.mul (local.get $key) (i32.const 37)) (local.get $byte))
          (i32.const 37)))
        (if (i32.eq (local.get $count) (i32.const 3))
          (then
            (local.set $byte (i32.load8_u offset=512 (i32.load8_u offset=2 (local.get $at))))
            (br_if $done (i32.eqz (local.get $byte)))
            (local.set $key (i32.add (local.get $key) (local.get $byte)))))
        (local.set $key (i32.load8_u offset=290816 (local.get $key)))
        (br_if $done (i32.eqz (local.get $key)))
        ;; The nodes that it may be.
        (local.set $list (i32.load (i32.add
          (i32.load (i32.const 20))
          (i32.shl
            (i32.add (i32.mul (local.get $current) (i32.load (i32.const 16))) (local.get $key))
            (i32.const 2)))))
        (br_if $done (i32.eqz (local.get $list)))
        (local.set $split (i32.load offset=8 (local.get $list)))
        (if (local.get $split)
          (then
            (local.set $at (call $token
              (local.get $first)
              (local.get $last)
              (i32.load (local.get $split))
              (i32.load offset=4 (local.get $split))))
            (if (local.get $at)
              (then
                (local.set $at (i32.add (i32.const 66560) (i32.shl (local.get $at) (i32.const 2))))
                (local.set $past (i32.add (i32.shr_s (i32.load (local.get $at)) (i32.const 2)) (local.get $delta)))
                (local.set $at (i32.add
                  (i32.add
                    (i32.shr_s (i32.load (i32.sub (local.get $at) (i32.const 4))) (i32.const 2))
                    (local.get $delta))
                  (i32.const 1)))
                (if (i32.le_u (i32.sub (i32.sub (local.get $past) (local.get $at)) (i32.const 1)) (i32.const 3))
                  (then
                    (local.set $code (call $pack (local.get $at) (local.get $past)))
                    (local.set $mask (i32.load offset=8 (local.get $split)))
                    (local.set $slot (i32.and
                      (i32.shr_u (i32.mul (local.get $code) (i32.const 0x9e3779b1)) (i32.const 16))
                      (local.get $mask)))
                    (local.set $list (i32.load offset=12 (local.get $split)))
                    (local.set $split (i32.add (local.get $split) (i32.const 16)))
                    (br_if $done (i32.eqz (local.get $code)))
                    (block $found
                      (loop $probe
                        (local.set $at (i32.add (local.get $split) (i32.shl (local.get $slot) (i32.const 3))))
                        (br_if $found (i32.eqz (i32.load (local.get $at))))
                        (if (i32.eq (i32.load (local.get $at)) (local.get $code))
                          (then
                            (local.set $list (i32.load offset=4 (local.get $at)))
                            (br $found)))
                        (local.set $slot (i32.and (i32.add (local.get $slot) (i32.const 1)) (local.get $mask)))
                        (br $probe)))))))))
        (local.set $node (i32.load offset=4 (local.get $list)))
        (if (i32.eqz (local.get $node))
          (then
            (local.set $node (call $best (local.get $list) (local.get $first) (local.get $last) (local.get $delta)))
            (br_if $done (i32.eqz (local.get $node)))))
        ;; Whether it may stand here, with nothing missing before it.
        (local.set $owner (i32.load offset=12 (local.get $node)))
        (local.set $at (i32.shl (local.get $owner) (i32.const 2)))
        (br_if $done (i32.lt_s
          (i32.load offset=16 (local.get $node))
          (i32.load offset=280576 (local.get $at))))
        (br_if $done (i32.and
          (i32.load offset=28 (local.get $node))
          (i32.xor (i32.load offset=281600 (local.get $at)) (i32.const -1))))
        (local.set $loop (local.get $current))
        (block $out
          (loop $up
            (br_if $out (i32.eq (local.get $loop) (local.get $owner)))
            (local.set $past (i32.add (i32.load (i32.const 24)) (i32.shl (local.get $loop) (i32.const 4))))
            (br_if $done (i32.and
              (i32.load offset=4 (local.get $past))
              (i32.xor (i32.load offset=281600 (i32.shl (local.get $loop) (i32.const 2))) (i32.const -1))))
            (local.set $loop (i32.load (local.get $past)))
            (br $up)))
        (local.set $index (i32.shl (i32.load (local.get $node)) (i32.const 2)))
        (local.set $count (i32.const 1))
        (if (i32.eq
            (i32.load offset=286720 (local.get $index))
            (i32.load offset=279552 (local.get $at)))
          (then (local.set $count (i32.add (i32.load offset=282624 (local.get $index)) (i32.const 1)))))
        (br_if $done (i32.gt_s (local.get $count) (i32.load offset=20 (local.get $node))))
        ;; It may: from here on nothing is left undone.
        (block $closed
          (loop $close
            (br_if $closed (i32.eq (local.get $current) (local.get $owner)))
            (local.set $past (i32.add (i32.load (i32.const 24)) (i32.shl (local.get $current) (i32.const 4))))
            (if (i32.load offset=8 (local.get $past))
              (then
                (i32.store (local.get $event) (i32.sub (i32.const -1) (local.get $current)))
                (i32.store offset=8 (local.get $event) (local.get $segment))
                (local.set $event (i32.add (local.get $event) (i32.const 16)))))
            (local.set $current (i32.load (local.get $past)))
            (br $close)))
        (i32.store offset=280576 (local.get $at) (i32.load offset=16 (local.get $node)))
        (i32.store offset=282624 (local.get $index) (local.get $count))
        (i32.store offset=286720 (local.get $index) (i32.load offset=279552 (local.get $at)))
        (i32.store offset=281600 (local.get $at) (i32.or
          (i32.load offset=281600 (local.get $at))
          (i32.load offset=24 (local.get $node))))
        (local.set $opens (i32.load offset=8 (local.get $node)))
        (if (i32.ge_s (local.get $opens) (i32.const 0))
          (then
            (local.set $at (i32.shl (local.get $opens) (i32.const 2)))
            (local.set $serial (i32.add (local.get $serial) (i32.const 1)))
            (i32.store offset=279552 (local.get $at) (local.get $serial))
            (i32.store offset=280576 (local.get $at) (i32.const 0))
            (i32.store offset=281600 (local.get $at) (i32.const 0))
            (local.set $current (local.get $opens))))
        (local.set $present (i32.const -1))
        (i32.store (i32.const 28) (i32.const 0))
        (if (i32.eqz (i32.and (local.get $end) (i32.const 2)))
          (then (local.set $present (call $elements
            (local.get $node)
            (local.get $first)
            (local.get $last)
            (local.get $delta)))))
        (local.set $at (i32.load (i32.const 28)))
        (if (i32.or
            (i32.or (i32.load offset=56 (local.get $node)) (local.get $at))
            (i32.eq (local.get $present) (i32.const -1)))
          (then
            (i32.store offset=12 (local.get $event) (local.get $at))
            (i32.store (local.get $event) (i32.load (local.get $node)))
            (i32.store offset=4 (local.get $event) (local.get $present))
            (i32.store offset=8 (local.get $event) (local.get $segment))
            (local.set $event (i32.add (local.get $event) (i32.const 16)))))
        (local.set $start (i32.add
          (i32.shr_s (i32.load offset=66560 (i32.shl (local.get $last) (i32.const 2))) (i32.const 2))
          (i32.const 1)))
        (local.set $first (i32.add (local.get $last) (i32.const 1)))
        (local.set $segment (i32.add (local.get $segment) (i32.const 1)))
        (br $next)))
    (i32.store (i32.const 0) (i32.shr_u (i32.sub (local.get $event) (i32.const 214016)) (i32.const 4)))
    (i32.store (i32.const 4) (local.get $current))
    (i32.store (i32.const 8) (local.get $serial))
    (local.get $segment)))
