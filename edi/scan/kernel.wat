;; Finds the delimiters of a window of bytes, sixteen bytes at a time: edi/scan/scan-kernel.ts says what goes in and
;; comes out. `node scripts/build-kernels.mjs` turns this into edi/scan/kernel-bytes.ts; a test compares the two.
(module
  ;; Layout of the memory, the same as in scan-kernel.ts:
  ;;      0  the kind (ENDS_*) of each byte that is a delimiter, 256 bytes
  ;;    256  the element, component, repetition and segment delimiter, each sixteen times
  ;;    320  results: marks written, segments ended, flags of the segment that goes on
  ;;   1024  the window of bytes, and sixteen more that are never looked at in earnest
  ;;  65536  marks, then at 204800 the ends of segments
  (memory (export "memory") 6)
  (func (export "scan")
    (param $length i32)      ;; bytes in the window
    (param $base i32)        ;; what is added to the place of each delimiter
    (param $firstMark i32)   ;; what is added to the number of each mark
    (param $flags i32)       ;; of the segment that goes on: 1 inner delimiter, 2 invalid byte, 4 nothing but line ends yet
    (local $element v128) (local $component v128) (local $repetition v128) (local $segment v128)
    (local $bytes v128) (local $outer v128) (local $inner v128) (local $odd v128)
    (local $at i32) (local $room i32)
    (local $all i32) (local $ends i32) (local $inside i32) (local $invalid i32) (local $lines i32) (local $leading i32)
    (local $bits i32) (local $past i32) (local $below i32) (local $here i32) (local $place i32)
    (local $mark i32) (local $count i32) (local $end i32)
    (local.set $element (v128.load (i32.const 256)))
    (local.set $component (v128.load (i32.const 272)))
    (local.set $repetition (v128.load (i32.const 288)))
    (local.set $segment (v128.load (i32.const 304)))
    (local.set $mark (i32.const 65536))
    (local.set $end (i32.const 204800))
    (block $done
      (loop $block
        (br_if $done (i32.ge_s (local.get $at) (local.get $length)))
        (local.set $bytes (v128.load offset=1024 (local.get $at)))
        ;; Which bytes are what, a bit each.
        (local.set $ends (i8x16.bitmask (i8x16.eq (local.get $bytes) (local.get $segment))))
        (local.set $outer (v128.or
          (i8x16.eq (local.get $bytes) (local.get $element))
          (i8x16.eq (local.get $bytes) (local.get $segment))))
        (local.set $inner (v128.andnot
          (v128.or
            (i8x16.eq (local.get $bytes) (local.get $component))
            (i8x16.eq (local.get $bytes) (local.get $repetition)))
          (local.get $outer)))
        (local.set $inside (i8x16.bitmask (local.get $inner)))
        (local.set $all (i32.or (local.get $inside) (i8x16.bitmask (local.get $outer))))
        ;; As signed numbers, bytes from 0x80 are below 0x20 too.
        (local.set $odd (v128.or
          (i8x16.lt_s (local.get $bytes) (i8x16.splat (i32.const 0x20)))
          (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x7f)))))
        (local.set $invalid (i32.and
          (i8x16.bitmask (local.get $odd))
          (i32.xor (local.get $all) (i32.const -1))))
        ;; The last block may reach beyond the window.
        (local.set $room (i32.sub (local.get $length) (local.get $at)))
        (if (i32.lt_s (local.get $room) (i32.const 16))
          (then
            (local.set $below (i32.sub (i32.shl (i32.const 1) (local.get $room)) (i32.const 1)))
            (local.set $ends (i32.and (local.get $ends) (local.get $below)))
            (local.set $inside (i32.and (local.get $inside) (local.get $below)))
            (local.set $all (i32.and (local.get $all) (local.get $below)))
            (local.set $invalid (i32.and (local.get $invalid) (local.get $below)))))
        ;; Line ends right behind a segment belong to no segment: a run of ones that follows a terminator is carried
        ;; away by adding one at its beginning.
        (if (local.get $invalid)
          (then
            (local.set $lines (i32.and (local.get $invalid) (i8x16.bitmask (v128.or
              (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x0a)))
              (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x0d)))))))
            (local.set $leading (i32.and
              (local.get $lines)
              (i32.or
                (i32.shl (local.get $ends) (i32.const 1))
                (i32.shr_u (i32.and (local.get $flags) (i32.const 4)) (i32.const 2)))))
            (local.set $leading (i32.and
              (local.get $lines)
              (i32.xor (i32.add (local.get $lines) (local.get $leading)) (i32.const -1))))
            (local.set $invalid (i32.and (local.get $invalid) (i32.xor (local.get $leading) (i32.const -1)))))
          (else (local.set $leading (i32.const 0))))
        ;; A mark for each delimiter. Four are written at a time: what is too much is written over.
        (local.set $bits (local.get $all))
        (block $written
          (loop $four
            (br_if $written (i32.eqz (local.get $bits)))
            (local.set $place (i32.add (local.get $at) (i32.ctz (local.get $bits))))
            (i32.store offset=0 (local.get $mark) (i32.or
              (i32.shl (i32.add (local.get $base) (local.get $place)) (i32.const 2))
              (i32.load8_u (i32.load8_u offset=1024 (local.get $place)))))
            (local.set $bits (i32.and (local.get $bits) (i32.sub (local.get $bits) (i32.const 1))))
            (local.set $place (i32.add (local.get $at) (i32.ctz (local.get $bits))))
            (i32.store offset=4 (local.get $mark) (i32.or
              (i32.shl (i32.add (local.get $base) (local.get $place)) (i32.const 2))
              (i32.load8_u (i32.load8_u offset=1024 (local.get $place)))))
            (local.set $bits (i32.and (local.get $bits) (i32.sub (local.get $bits) (i32.const 1))))
            (local.set $place (i32.add (local.get $at) (i32.ctz (local.get $bits))))
            (i32.store offset=8 (local.get $mark) (i32.or
              (i32.shl (i32.add (local.get $base) (local.get $place)) (i32.const 2))
              (i32.load8_u (i32.load8_u offset=1024 (local.get $place)))))
            (local.set $bits (i32.and (local.get $bits) (i32.sub (local.get $bits) (i32.const 1))))
            (local.set $place (i32.add (local.get $at) (i32.ctz (local.get $bits))))
            (i32.store offset=12 (local.get $mark) (i32.or
              (i32.shl (i32.add (local.get $base) (local.get $place)) (i32.const 2))
              (i32.load8_u (i32.load8_u offset=1024 (local.get $place)))))
            (local.set $bits (i32.and (local.get $bits) (i32.sub (local.get $bits) (i32.const 1))))
            (local.set $mark (i32.add (local.get $mark) (i32.const 16)))
            (br $four)))
        (local.set $mark (i32.add
          (i32.const 65536)
          (i32.shl
            (i32.add (local.get $count) (i32.popcnt (local.get $all)))
            (i32.const 2))))
        ;; For each segment that ends here: the number of its last mark, and its flags.
        (local.set $past (i32.const 0))
        (local.set $bits (local.get $ends))
        (block $ended
          (loop $next
            (br_if $ended (i32.eqz (local.get $bits)))
            (local.set $below (i32.and
              (i32.sub (local.get $bits) (i32.const 1))
              (i32.xor (local.get $bits) (i32.const -1))))
            (local.set $here (i32.and (local.get $below) (i32.xor (local.get $past) (i32.const -1))))
            (i32.store (local.get $end) (i32.or
              (i32.shl
                (i32.add
                  (i32.add (local.get $firstMark) (local.get $count))
                  (i32.popcnt (i32.and (local.get $all) (local.get $below))))
                (i32.const 2))
              (i32.or
                (i32.and (local.get $flags) (i32.const 3))
                (i32.or
                  (i32.ne (i32.and (local.get $inside) (local.get $here)) (i32.const 0))
                  (i32.shl
                    (i32.ne (i32.and (local.get $invalid) (local.get $here)) (i32.const 0))
                    (i32.const 1))))))
            (local.set $end (i32.add (local.get $end) (i32.const 4)))
            (local.set $flags (i32.const 4))
            (local.set $past (i32.xor (local.get $bits) (i32.sub (local.get $bits) (i32.const 1))))
            (local.set $bits (i32.and (local.get $bits) (i32.sub (local.get $bits) (i32.const 1))))
            (br $next)))
        ;; What the segment that goes on has had so far.
        (local.set $here (i32.xor (local.get $past) (i32.const 0xffff)))
        (if (i32.lt_s (local.get $room) (i32.const 16))
          (then (local.set $here (i32.and
            (local.get $here)
            (i32.sub (i32.shl (i32.const 1) (local.get $room)) (i32.const 1))))))
        (if (i32.and (local.get $here) (i32.xor (local.get $leading) (i32.const -1)))
          (then (local.set $flags (i32.and (local.get $flags) (i32.const 3)))))
        (local.set $flags (i32.or
          (local.get $flags)
          (i32.or
            (i32.ne (i32.and (local.get $inside) (local.get $here)) (i32.const 0))
            (i32.shl
              (i32.ne (i32.and (local.get $invalid) (local.get $here)) (i32.const 0))
              (i32.const 1)))))
        (local.set $count (i32.add (local.get $count) (i32.popcnt (local.get $all))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $block)))
    (i32.store (i32.const 320) (local.get $count))
    (i32.store (i32.const 324) (i32.shr_u (i32.sub (local.get $end) (i32.const 204800)) (i32.const 2)))
    (i32.store (i32.const 328) (local.get $flags))))
